package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.core.protocol.OptionCode;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ExportNameOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void theAnswerIsSizeAndFlags() {
        ByteBuffer answer = ByteBuffer.wrap(n.run(ClientScript.fixed().exportName("disk")).rest());
        assertEquals(FakeDirectory.SIZE, answer.getLong());
        assertEquals(n.session().transmissionFlags(), answer.getShort());
    }

    @Test
    void withNoZeroesOnBothSidesThereIsNoPadding() {
        assertEquals(10, n.run(ClientScript.fixed().exportName("disk")).rest().length);
    }

    @Test
    void aClientWithoutNoZeroesGets124ZeroBytes() {
        byte[] answer = n.run(ClientScript.flags(1).exportName("disk")).rest();
        assertEquals(134, answer.length);
        for (int i = 10; i < answer.length; i++) {
            assertEquals(0, answer[i]);
        }
    }

    @Test
    void aServerThatMasksNoZeroesSendsThePadding() {
        assertEquals(134, n.with(Settings.flags(1)).run(ClientScript.flags(1).exportName("disk")).rest().length);
    }

    @Test
    void anUnknownExportClosesTheConnectionWithoutAnAnswer() {
        assertTrue(n.run(ClientScript.fixed().exportName("other")).closed().contains("there is no export 'other'"));
        assertEquals(18, n.channel().output().length);
    }

    @Test
    void anExportThatIsGoingAwayClosesTheConnection() {
        n.exports.refuse("disk", NbdError.ESHUTDOWN, "going away");
        n.run(ClientScript.fixed().exportName("disk")).closed();
    }

    @Test
    void aNameThatIsTooLongClosesTheConnection() {
        assertTrue(n.run(ClientScript.fixed().exportName("x".repeat(4097))).closed().contains("4097"));
    }

    @Test
    void theLongestNameIsTaken() {
        n.exports.add("x".repeat(4096));
        n.run(ClientScript.fixed().exportName("x".repeat(4096))).session();
    }

    @Test
    void aNameWithANulClosesTheConnection() {
        n.run(ClientScript.fixed().exportName("di\0sk")).closed();
    }

    @Test
    void aNameThatIsNotUtf8ClosesTheConnection() {
        n.run(ClientScript.fixed().option(OptionCode.EXPORT_NAME, new byte[] {(byte) 0xc3, 'x'})).closed();
    }

    @Test
    void theEmptyNameOpensTheDefaultExport() {
        n.exports.add("").called("main");
        assertEquals("main", n.run(ClientScript.fixed().exportName("")).session().export().name());
    }

    @Test
    void contextsSelectedForThisNameAreKept() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").exportName("disk"));
        assertEquals(1, n.session().contexts().size());
    }

    @Test
    void contextsSelectedForAnotherNameAreVoid() {
        n.exports.add("other");
        n.run(ClientScript.fixed().structured().setContexts("other", "base:allocation").exportName("disk"));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void aFailingAnswerClosesTheExport() {
        n.run(new ScriptedChannel(ClientScript.fixed().exportName("disk").stream()).goneAtWrite(1)).failure();
        assertEquals(1, n.exports.opened().size());
    }
}
