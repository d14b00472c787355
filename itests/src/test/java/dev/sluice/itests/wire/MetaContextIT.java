package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Listing and selecting metadata contexts. */
class MetaContextIT extends ServedTest {
    @BeforeAll
    void moreExports() throws Exception {
        if (server instanceof SluiceServer sluice) {
            sluice.export("own", "scripted contexts=x-test:one,x-test:two");
        }
    }

    private static List<String> names(List<OptionReply> replies) {
        return replies.stream().filter(r -> r.type() == Wire.REP_META_CONTEXT).map(OptionReply::contextName).toList();
    }

    private void statusIsInvalid(Session s) throws Exception {
        assertEquals(Wire.EINVAL, s.status(0, 0, 4096).error());
        s.stillWorks();
    }

    @Test
    void listWithoutQueriesShowsEverything() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            List<OptionReply> all = c.ask(Wire.OPT_LIST_META_CONTEXT, RawNbdClient.metaPayload(""));
            assertEquals(List.of("base:allocation"), names(all));
            assertEquals(0, all.get(0).buffer().getInt());
        }
    }

    @Test
    void aNamespaceAloneIsAWildcardInList() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            assertEquals(List.of("base:allocation"), names(c.ask(Wire.OPT_LIST_META_CONTEXT, RawNbdClient.metaPayload("", "base:"))));
        }
    }

    @Test
    void listShowsTheContextsOfThePlugin() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().structured()) {
            assertEquals(Set.of("base:allocation", "x-test:one", "x-test:two"),
                    Set.copyOf(names(c.ask(Wire.OPT_LIST_META_CONTEXT, RawNbdClient.metaPayload("own")))));
            assertEquals(List.of("x-test:one", "x-test:two"),
                    names(c.ask(Wire.OPT_LIST_META_CONTEXT, RawNbdClient.metaPayload("own", "x-test:"))));
        }
    }

    @Test
    void unknownNamespacesAreIgnored() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            assertArrayEquals(new int[0], c.selectContexts("", "qemu:dirty-bitmap:x", "nonsense", ""));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void aNamespaceAloneSelectsNothing() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            assertArrayEquals(new int[0], c.selectContexts("", "base:"));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void anUnknownLeafIsIgnored() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            assertArrayEquals(new int[0], c.selectContexts("", "base:other"));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void noQueriesSelectNothing() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            c.selectContexts("", "base:allocation");
            assertArrayEquals(new int[0], c.selectContexts(""));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void aQueryThatComesTwiceIsSelectedOnce() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().structured()) {
            int[] ids = c.selectContexts("", "base:allocation", "base:allocation");
            assertEquals(1, ids.length);
            assertNotEquals(0, c.go("").contexts(ids).status(0, 0, 4096).extents(ids[0]).size());
        }
    }

    @Test
    void eachSelectedContextHasItsOwnIdAndItsOwnChunk() throws Exception {
        script().say("status x-test:one", "0+4096:1 4096+1044480:0");
        script().say("status x-test:two", "0+1048576:77");
        try (RawNbdClient c = greeted().structured()) {
            int[] ids = c.selectContexts("own", "x-test:two", "base:allocation", "x-test:one");
            assertEquals(3, Set.of(ids[0], ids[1], ids[2]).size());
            Result r = c.go("own").contexts(ids).status(0, 0, 8192).ok();
            assertEquals(3, r.contextIds().size());
        }
    }

    @Test
    void aSelectionWithoutStructuredRepliesIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_SET_META_CONTEXT, RawNbdClient.metaPayload("", "base:allocation")));
            c.go("").stillWorks();
        }
    }

    @Test
    void aSelectionThatFailsDropsTheOneBefore() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().structured()) {
            c.selectContexts("", "base:allocation");
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_SET_META_CONTEXT, new byte[3]));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void aSelectionForAnotherNameIsVoid() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            c.selectContexts("first", "base:allocation");
            statusIsInvalid(c.go("second"));
        }
    }

    @Test
    void lengthsThatDoNotAddUpAreInvalidAndSendNoContext() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().structured()) {
            byte[] good = RawNbdClient.metaPayload("", "base:allocation");
            byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
            List<OptionReply> replies = c.ask(Wire.OPT_SET_META_CONTEXT, longer);
            assertEquals(1, replies.size());
            assertEquals(Wire.REP_ERR_INVALID, replies.get(0).type());
            byte[] shorter = java.util.Arrays.copyOf(good, good.length - 1);
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_SET_META_CONTEXT, shorter));
            statusIsInvalid(c.go(""));
        }
    }

    @Test
    void moreQueriesAnnouncedThanSentAreInvalid() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            c.option(Wire.OPT_LIST_META_CONTEXT, out -> {
                out.writeInt(0);
                out.writeInt(0x7fffffff);
            });
            List<OptionReply> replies = c.optionReplies(Wire.OPT_LIST_META_CONTEXT);
            assertTrue(replies.get(replies.size() - 1).isError());
            c.go("").stillWorks();
        }
    }

    @Test
    void blockStatusWithoutASelectionIsInvalid() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            statusIsInvalid(c.go(""));
        }
    }
}
