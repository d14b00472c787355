package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.core.handshake.ClientScript.Payload;
import dev.sluice.core.handshake.NegotiatedSession.Selected;
import dev.sluice.core.protocol.OptionCode;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetaContextOptionTest {
    private final Negotiation n = new Negotiation();

    private String names(int option) {
        return n.answersTo(option).stream().filter(a -> a.type() == 4).map(Negotiation.Answer::contextName)
                .collect(Collectors.joining(" "));
    }

    private String listed(String... queries) {
        n.run(ClientScript.fixed().structured().listContexts("disk", queries).abort()).ended();
        return names(OptionCode.LIST_META_CONTEXT);
    }

    private List<String> selected(String... queries) {
        n.run(ClientScript.fixed().structured().setContexts("disk", queries).go("disk"));
        return names(n.session());
    }

    private static List<String> names(NegotiatedSession session) {
        return session.contexts().stream().map(s -> s.context().name()).toList();
    }

    @Test
    void aListWithoutQueriesGivesEverything() {
        n.exports.get("disk").contexts("qemu:dirty-bitmap:b0", "x-sluice:age");
        assertEquals("base:allocation qemu:dirty-bitmap:b0 x-sluice:age", listed());
    }

    @Test
    void baseAllocationIsThereForEveryExport() {
        assertEquals("base:allocation", listed());
    }

    @Test
    void aListGivesWhatIsAskedFor() {
        n.exports.get("disk").contexts("x-sluice:age");
        assertEquals("x-sluice:age", listed("x-sluice:age"));
    }

    @Test
    void baseIsAWildcardInAList() {
        n.exports.get("disk").contexts("x-sluice:age");
        assertEquals("base:allocation", listed("base:"));
    }

    @Test
    void everyNamespaceAndItsPartsAreWildcardsInAList() {
        n.exports.get("disk").contexts("qemu:dirty-bitmap:b0", "qemu:dirty-bitmap:b1", "qemu:allocation-depth");
        assertEquals("qemu:dirty-bitmap:b0 qemu:dirty-bitmap:b1", listed("qemu:dirty-bitmap:"));
    }

    @Test
    void whatTwoQueriesFindIsListedOnce() {
        assertEquals("base:allocation", listed("base:", "base:allocation"));
    }

    @Test
    void unknownNamespacesAreIgnored() {
        assertEquals("base:allocation", listed("nope:", "nope:x", "nocolon", "", ":", "base:allocation"));
        assertEquals("META_CONTEXT ACK", n.typesFor(OptionCode.LIST_META_CONTEXT));
    }

    @Test
    void onlyUnknownQueriesAreAnAck() {
        assertEquals("", listed("nope:x"));
        assertEquals("ACK", n.typesFor(OptionCode.LIST_META_CONTEXT));
    }

    @Test
    void idsInAListAreZero() {
        listed();
        assertEquals(0, n.answersTo(OptionCode.LIST_META_CONTEXT).get(0).contextId());
    }

    @Test
    void aListSelectsNothing() {
        n.run(ClientScript.fixed().structured().listContexts("disk").go("disk"));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aListWorksWithoutStructuredReplies() {
        n.run(ClientScript.fixed().listContexts("disk").abort()).ended();
        assertEquals("base:allocation", names(OptionCode.LIST_META_CONTEXT));
    }

    @Test
    void selectedContextsAreAnsweredAndInTheSessionWithTheSameIds() {
        n.exports.get("disk").contexts("x-sluice:age");
        assertEquals(List.of("x-sluice:age", "base:allocation"), selected("x-sluice:age", "base:allocation"));
        List<Integer> sent = n.answersTo(OptionCode.SET_META_CONTEXT).stream().filter(a -> a.type() == 4)
                .map(Negotiation.Answer::contextId).toList();
        assertEquals(sent, n.session().contexts().stream().map(Selected::id).toList());
    }

    @Test
    void idsAreUnique() {
        n.exports.get("disk").contexts("x-a:1", "x-a:2", "x-a:3");
        selected("x-a:1", "x-a:2", "x-a:3", "base:allocation");
        assertEquals(4, n.session().contexts().stream().map(Selected::id).distinct().count());
    }

    @Test
    void aContextAskedForTwiceIsSelectedOnce() {
        assertEquals(List.of("base:allocation"), selected("base:allocation", "base:allocation"));
        assertEquals("META_CONTEXT ACK", n.typesFor(OptionCode.SET_META_CONTEXT));
    }

    @Test
    void anExportThatNamesAContextTwiceOffersItOnce() {
        n.exports.get("disk").contexts("base:allocation", "x-a:1", "x-a:1");
        assertEquals("base:allocation x-a:1", listed());
    }

    @Test
    void aContextNameThatTheProtocolCannotCarryIsNotOffered() {
        n.exports.get("disk").contexts("x-a:" + "y".repeat(4096));
        assertEquals("base:allocation", listed());
    }

    @Test
    void aWildcardSelectsNothing() {
        assertTrue(selected("base:").isEmpty());
        assertEquals("ACK", n.typesFor(OptionCode.SET_META_CONTEXT));
    }

    @Test
    void anUnknownLeafIsIgnoredAndNotAnError() {
        assertEquals(List.of("base:allocation"), selected("base:other", "base:allocation"));
    }

    @Test
    void noQueriesSelectNothing() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").setContexts("disk").go("disk"));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aSecondSelectionReplacesTheFirst() {
        n.exports.get("disk").contexts("x-a:1");
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").setContexts("disk", "x-a:1").go("disk"));
        assertEquals(List.of("x-a:1"), names(n.session()));
    }

    @Test
    void aFailingSelectionDropsTheFormerOne() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").setContexts("other", "base:allocation").go("disk"));
        assertEquals("META_CONTEXT ACK ERR_UNKNOWN", n.typesFor(OptionCode.SET_META_CONTEXT));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aMalformedSelectionDropsTheFormerOneAndAnswersOnlyWithTheError() {
        byte[] malformed = new Payload().string("disk").u32(2).string("base:allocation").u32(99).bytes();
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation")
                .option(OptionCode.SET_META_CONTEXT, malformed).go("disk"));
        assertEquals("META_CONTEXT ACK ERR_INVALID", n.typesFor(OptionCode.SET_META_CONTEXT));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void withoutStructuredRepliesASelectionIsInvalid() {
        n.run(ClientScript.fixed().setContexts("disk", "base:allocation").go("disk"));
        assertEquals("ERR_INVALID", n.typesFor(OptionCode.SET_META_CONTEXT));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aSelectionForAnotherNameIsVoid() {
        n.exports.add("other");
        n.run(ClientScript.fixed().structured().setContexts("other", "base:allocation").go("disk"));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aSelectionSurvivesQuestionsAboutOtherExports() {
        n.exports.add("other");
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").info("other").listContexts("other").go("disk"));
        assertEquals(List.of("base:allocation"), names(n.session()));
    }

    @Test
    void switchedOffBothAreUnsupported() {
        n.with(Settings.offered(true, false, true)).run(ClientScript.fixed().structured().listContexts("disk")
                .setContexts("disk").abort()).ended();
        assertEquals("ERR_UNSUP", n.typesFor(OptionCode.LIST_META_CONTEXT));
        assertEquals("ERR_UNSUP", n.typesFor(OptionCode.SET_META_CONTEXT));
    }

    @Test
    void aMissingExportIsUnknownWithText() {
        n.run(ClientScript.fixed().structured().listContexts("other").abort()).ended();
        assertEquals("ERR_UNKNOWN", n.typesFor(OptionCode.LIST_META_CONTEXT));
        assertEquals("there is no export 'other'", n.answersTo(OptionCode.LIST_META_CONTEXT).get(0).text());
    }

    @Test
    void anExportThatIsGoingAwayIsAShutdown() {
        n.exports.refuse("disk", NbdError.ESHUTDOWN, "going away");
        n.run(ClientScript.fixed().structured().setContexts("disk").abort()).ended();
        assertEquals("ERR_SHUTDOWN", n.typesFor(OptionCode.SET_META_CONTEXT));
    }

    @Test
    void aContextThatASwapTookAwayRefusesTheChoiceUntilSelectedAgain() {
        n.exports.add("other");
        FakeDirectory.FakeExport disk = n.exports.get("disk").contexts("x-a:1");
        ScriptedChannel client = new ScriptedChannel(ClientScript.fixed().structured().setContexts("disk", "x-a:1").listContexts("other")
                .go("disk").setContexts("disk").go("disk").stream());
        n.stopping(() -> {
            if (n.exports.opened().contains("other")) {
                disk.contexts();
            }
            return false;
        }).run(client);
        assertEquals("ERR_UNKNOWN INFO ACK", n.typesFor(OptionCode.GO));
        n.session();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 7})
    void anOptionThatIsTooShortIsInvalid(int length) {
        invalid(new byte[length]);
    }

    @Test
    void aNameLongerThanTheOptionIsInvalid() {
        invalid(new Payload().u32(500).raw("disk".getBytes()).u32(0).bytes());
    }

    @Test
    void aNameLengthWithTheTopBitIsInvalid() {
        invalid(new Payload().u32(0xffff_ffffL).raw("disk".getBytes()).u32(0).bytes());
    }

    @Test
    void aNameThatIsTooLongIsInvalid() {
        invalid(ClientScript.query("x".repeat(4097)).bytes());
    }

    @Test
    void moreQueriesThanFitAreInvalidBeforeAnythingIsOpened() {
        invalid(new Payload().string("disk").u32(0xffff_ffffL).string("base:").bytes());
        assertTrue(n.exports.opened().isEmpty());
    }

    @Test
    void aMissingQueryIsInvalid() {
        invalid(new Payload().string("disk").u32(2).string("base:allocation").bytes());
    }

    @Test
    void aQueryLongerThanTheOptionIsInvalid() {
        invalid(new Payload().string("disk").u32(1).u32(16).raw("base:allocation".getBytes()).bytes());
    }

    @Test
    void aQueryThatIsTooLongIsInvalid() {
        invalid(ClientScript.query("disk", "q".repeat(4097)).bytes());
    }

    @Test
    void theLongestQueryIsTaken() {
        n.run(ClientScript.fixed().structured().listContexts("disk", "q".repeat(4096), "base:allocation").abort()).ended();
        assertEquals("META_CONTEXT ACK", n.typesFor(OptionCode.LIST_META_CONTEXT));
    }

    @Test
    void aQueryWithANulIsInvalid() {
        invalid(ClientScript.query("disk", "base:\0").bytes());
    }

    @Test
    void bytesBehindTheLastQueryAreInvalid() {
        invalid(new Payload().string("disk").u32(1).string("base:allocation").raw(new byte[1]).bytes());
    }

    /** Both options refuse it with nothing else, and the handshake stays usable. */
    private void invalid(byte[] payload) {
        n.run(ClientScript.fixed().structured().option(OptionCode.LIST_META_CONTEXT, payload)
                .option(OptionCode.SET_META_CONTEXT, payload).abort()).ended();
        assertEquals("ACK ERR_INVALID ERR_INVALID ACK", n.types());
    }
}
