package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Greeting, client flags and the options that any server must know. */
class HandshakeIT extends ServedTest {
    @Test
    void theGreetingOffersFixedNewstyleAndNoZeroesAndNothingElse() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            assertEquals(Wire.FIXED_NEWSTYLE | Wire.NO_ZEROES, c.greeting());
        }
    }

    @Test
    void anUnknownClientFlagClosesTheConnection() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            c.clientFlags(4 | Wire.FIXED_NEWSTYLE);
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void aClientOfOldFlagsGetsAnExportByNameWithItsZeroes() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            c.clientFlags(0);
            Session s = c.exportName("");
            assertEquals(64 * Wire.MIB, s.size());
            s.stillWorks();
            s.disconnect();
        }
    }

    @Test
    void exportNameSendsNoZeroesIfBothSidesAgreed() throws Exception {
        try (RawNbdClient c = greeted()) {
            Session s = c.exportName("");
            assertTrue(s.facts().has(Wire.HAS_FLAGS));
            s.stillWorks();
        }
    }

    @Test
    void exportNameSendsZeroesToAFixedNewstyleClientThatDidNotWaiveThem() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            c.clientFlags(Wire.FIXED_NEWSTYLE);
            c.exportName("").stillWorks();
        }
    }

    @Test
    void anUnknownOptionIsRefusedAndTheNextOneWorks() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_UNSUP, c.verdict(0x12345678, new byte[1000]));
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_LIST));
        }
    }

    @Test
    void theWithdrawnOptionPeekExportIsRefused() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_UNSUP, c.verdict(Wire.OPT_PEEK_EXPORT));
        }
    }

    @Test
    void aLargePayloadOfAnUnknownOptionIsReadAway() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_UNSUP, c.verdict(99, new byte[40 * Wire.MIB]));
            c.go("").stillWorks();
        }
    }

    @Test
    void anOptionOfMoreThan64MibIsRefusedByClosing() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.send(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(99);
                out.writeInt(65 * Wire.MIB);
            });
            c.awaitClose();
        }
    }

    @Test
    void abortIsAcknowledgedAndThenTheServerCloses() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_ABORT));
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void abortMayHaveAPayload() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_ABORT, new byte[5]));
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void aClientThatAbortsNeedNotWaitForTheAnswer() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_ABORT);
        }
    }

    @Test
    void listShowsTheDefaultExportAndEndsWithAck() throws Exception {
        try (RawNbdClient c = greeted()) {
            List<OptionReply> all = c.ask(Wire.OPT_LIST);
            assertEquals(2, all.size());
            assertEquals(Wire.REP_SERVER, all.get(0).type());
            assertEquals("", all.get(0).serverName());
            assertEquals(Wire.REP_ACK, all.get(1).type());
        }
    }

    @Test
    void listWithAPayloadIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_LIST, new byte[1]));
            c.go("").stillWorks();
        }
    }

    @Test
    void aSecondListIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_LIST));
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_LIST));
            c.go("").stillWorks();
        }
    }

    @Test
    void structuredRepliesAreOffered() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_STRUCTURED_REPLY));
        }
    }

    @Test
    void structuredRepliesWithAPayloadAreInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_STRUCTURED_REPLY, new byte[3]));
            Session s = c.go("");
            assertFalse(s.facts().has(Wire.SEND_DF));
            s.stillWorks();
        }
    }

    @Test
    void structuredRepliesTwiceAreInvalidAndStayOn() throws Exception {
        sluice();
        try (RawNbdClient c = greeted().structured()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_STRUCTURED_REPLY));
            c.go("").stillWorks();
        }
    }

    @Test
    void startTlsIsRefusedByPolicyWhileThereIsNoTls() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_POLICY, c.verdict(Wire.OPT_STARTTLS));
            c.go("").stillWorks();
        }
    }

    @Test
    void otherOptionsOfAnUnfixedClientAreRefused() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            c.clientFlags(0);
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_LIST));
        }
    }

    @Test
    void anExportNameOf4096BytesIsAccepted() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.go("é".repeat(2048)).stillWorks();
        }
    }

    @Test
    void anExportNameOf4097BytesIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_GO, RawNbdClient.goPayload("x".repeat(4097))));
            c.go("").stillWorks();
        }
    }

    @Test
    void anExportNameWithAZeroByteIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_GO, RawNbdClient.goPayload("a\0b")));
            c.go("").stillWorks();
        }
    }

    @Test
    void exportNameWithANameOfMoreThan4096BytesClosesWithoutAnAnswer() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_EXPORT_NAME, "x".repeat(4097).getBytes(StandardCharsets.UTF_8));
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void tooManyOptionsCloseTheConnection() throws Exception {
        try (RawNbdClient c = greeted()) {
            for (int i = 0; i < 32; i++) {
                assertEquals(Wire.REP_ERR_UNSUP, c.verdict(1000));
            }
            try {
                c.option(1000);
            } catch (IOException e) {
                // closed before the last one was sent: as good
                assertTrue(e.getMessage().contains("pipe") || e.getMessage().contains("reset"), e.getMessage());
                return;
            }
            c.awaitClose();
        }
    }

    @Test
    void aBadOptionMagicClosesTheConnection() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.send(out -> {
                out.writeLong(Wire.IHAVEOPT + 1);
                out.writeLong(0);
            });
            c.awaitClose();
        }
    }
}
