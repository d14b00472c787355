package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.io.EOFException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Extended headers: 64-bit lengths, payload lengths, the payload form of block status. */
class ExtendedHeadersIT extends ServedTest {
    ExtendedHeadersIT() {
        super("memory 8T");
    }

    @BeforeAll
    void moreExports() throws Exception {
        if (server instanceof SluiceServer sluice) {
            sluice.export("own", "scripted contexts=x-test:one,x-test:two");
        }
    }

    private Session own() throws Exception {
        RawNbdClient c = RawNbdClient.greeted(sluice().address()).extended();
        int[] ids = c.selectContexts("own", "base:allocation", "x-test:one", "x-test:two");
        return c.go("own").contexts(ids);
    }

    private static byte[] filter(long length, int... ids) {
        return RawNbdClient.bytes(out -> {
            out.writeLong(length);
            for (int id : ids) {
                out.writeInt(id);
            }
        });
    }

    @Test
    void aSecondRequestForThemIsInvalid() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().extended()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_EXTENDED_HEADERS));
            c.go("").stillWorks();
        }
    }

    @Test
    void theyTakePrecedenceOverStructuredReplies() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().extended()) {
            assertEquals(Wire.REP_ERR_EXT_HEADER_REQD, c.verdict(Wire.OPT_STRUCTURED_REPLY));
            c.go("").stillWorks();
        }
        try (RawNbdClient c = greeted().structured().extended()) {
            c.go("").stillWorks();
        }
    }

    @Test
    void theOptionHasNoPayload() throws Exception {
        sluice();
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_EXTENDED_HEADERS, new byte[1]));
            c.go("").stillWorks();
        }
    }

    @Test
    void readsAndWritesWork() throws Exception {
        try (Session s = extended()) {
            byte[] data = Pattern.bytes(1, 0, 100_000);
            s.write(5 * Wire.TIB + 77, data).ok();
            assertArrayEquals(data, s.read(5 * Wire.TIB + 77, data.length).data());
            assertArrayEquals(data, s.ask(Wire.DF, Wire.READ, 5 * Wire.TIB + 77, data.length).data());
        }
    }

    @Test
    void aWriteWithoutPayloadLengthIsRefusedOrClosesAndWritesNothing() throws Exception {
        // The specification leaves it open whether a payload follows; nothing that comes behind may be taken for data.
        try (Session s = extended()) {
            s.write(0, new byte[] {1, 2, 3, 4}).ok();
            long cookie = s.send(0, Wire.WRITE, 0, 32);
            s.client().channel().write(s.header(0, Wire.READ, s.announce(99, 0, Wire.READ, 0, 4), 0, 4));
            try {
                assertEquals(Wire.EINVAL, s.result(cookie).error());
            } catch (EOFException e) {
                assertTrue(e.getMessage().contains("closed"));
            }
        }
        try (Session s = extended()) {
            assertArrayEquals(new byte[] {1, 2, 3, 4}, s.read(0, 4).data());
        }
    }

    @Test
    void aPayloadOnACommandThatHasNoneIsReadAwayAndInvalid() throws Exception {
        try (Session s = extended()) {
            for (int command : new int[] {Wire.READ, Wire.FLUSH, Wire.TRIM, Wire.CACHE, Wire.WRITE_ZEROES}) {
                long cookie = s.send(Wire.PAYLOAD_LEN, command, 0, 1000, 1000, new byte[1000]);
                assertEquals(Wire.EINVAL, s.result(cookie).error(), "command " + command);
                s.stillWorks();
            }
        }
    }

    @Test
    void trimZeroesAndCacheOfMoreThanFourGibWorkInOneRequest() throws Exception {
        try (Session s = extended()) {
            s.write(3 * Wire.TIB, (byte) 9).ok();
            s.ask(0, Wire.WRITE_ZEROES, Wire.TIB, 5 * Wire.TIB).ok();
            assertEquals(0, s.read(3 * Wire.TIB, 1).data()[0]);
            s.write(3 * Wire.TIB, (byte) 9).ok();
            s.ask(0, Wire.TRIM, Wire.TIB, 6 * Wire.TIB).ok();
        }
    }

    @Test
    void oneStatusDescriptorCanBeTerabytesLong() throws Exception {
        try (Session s = extended()) {
            s.ask(0, Wire.TRIM, 0, s.size()).ok();
            List<Result.Extent> extents = s.status(0, 0, s.size()).extents(s.contextId());
            assertEquals(1, extents.size());
            assertEquals(s.size(), extents.get(0).length());
        }
    }

    @Test
    void aReadOfMoreThan64MibIsRefusedAndTheStreamGoesOn() throws Exception {
        try (Session s = extended()) {
            assertTrue(s.read(0, 65 * Wire.MIB).error() != 0);
            assertTrue(s.read(0, 1L << 40).error() != 0);
            s.stillWorks();
        }
    }

    @Test
    void lengthsBeyond63BitsAreRefusedAndTheStreamGoesOn() throws Exception {
        try (Session s = extended()) {
            for (int command : new int[] {Wire.TRIM, Wire.CACHE, Wire.BLOCK_STATUS}) {
                assertEquals(Wire.EINVAL, s.ask(0, command, 4096, -1).error(), "command " + command);
                assertEquals(Wire.EINVAL, s.ask(0, command, 4096, Long.MAX_VALUE).error(), "command " + command);
            }
            assertEquals(Wire.ENOSPC, s.ask(0, Wire.WRITE_ZEROES, 4096, Long.MAX_VALUE).error());
            s.stillWorks();
        }
    }

    @Test
    void aPayloadOfMoreThan128MibClosesTheConnection() throws Exception {
        try (Session s = extended()) {
            s.client().channel().write(s.header(Wire.PAYLOAD_LEN, Wire.WRITE, 1, 0, 1L << 40));
            s.client().awaitClose();
        }
    }

    @Test
    void aCompactRequestClosesTheConnection() throws Exception {
        try (Session s = extended()) {
            s.client().send(out -> {
                out.writeInt(Wire.REQUEST);
                out.write(new byte[28]);
            });
            s.client().awaitClose();
        }
    }

    @Test
    void statusCanBeLimitedToSomeContexts() throws Exception {
        try (Session s = own()) {
            Result all = s.status(0, 0, 4096).ok();
            assertEquals(3, all.contextIds().size());
            int wanted = all.contextIds().stream().skip(1).findFirst().orElseThrow();
            byte[] payload = filter(4096, wanted);
            s.contexts(wanted);
            Result one = s.result(s.send(Wire.PAYLOAD_LEN, Wire.BLOCK_STATUS, 0, payload.length, 4096, payload)).ok();
            assertEquals(Set.of(wanted), one.contextIds());
        }
    }

    @Test
    void unknownOrRepeatedContextsInAStatusRequestAreInvalid() throws Exception {
        try (Session s = own()) {
            int id = s.contextId();
            for (byte[] payload : new byte[][] {filter(4096, 987654), filter(4096, id, id), new byte[7], new byte[10]}) {
                Result r = s.result(s.send(Wire.PAYLOAD_LEN, Wire.BLOCK_STATUS, 0, payload.length, 4096, payload));
                assertEquals(Wire.EINVAL, r.error(), "payload of " + payload.length + " bytes");
            }
            s.stillWorks();
        }
    }

    @Test
    void everyErrorHasAText() throws Exception {
        try (Session s = extended()) {
            assertTrue(s.read(s.size(), 1).message().length() > 5);
            assertTrue(s.ask(0, Wire.FLUSH, 1, 0).message().length() > 5);
        }
    }
}
