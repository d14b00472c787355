package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every export that a handshake opens is handed out or closed. */
class ExportLifeTest {
    private final Negotiation n = new Negotiation();

    @Test
    void goUsesTheExportThatWasOpenedForItsContexts() {
        n.run(ClientScript.fixed().structured().listContexts("disk").setContexts("disk", "base:allocation").go("disk")).session();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void infoUsesAndKeepsTheExportThatWasOpenedForItsContexts() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").info("disk").go("disk")).session();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void goOfAnotherNameClosesTheExportThatWasOpenedForItsContexts() {
        n.exports.add("other");
        assertEquals("other", n.run(ClientScript.fixed().structured().setContexts("disk").go("other")).session().export().name());
        assertEquals(List.of("disk", "other"), n.exports.opened());
    }

    @Test
    void infoOfAnotherNameClosesTheExportThatWasOpenedForItsContexts() {
        n.exports.add("other");
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").info("other").go("disk")).session();
        assertEquals(List.of("disk", "other", "disk"), n.exports.opened());
    }

    @Test
    void goAfterInfoOpensAgain() {
        n.run(ClientScript.fixed().info("disk").go("disk")).session();
        assertEquals(List.of("disk", "disk"), n.exports.opened());
    }

    @Test
    void aMalformedSelectionLeavesNothingOpenAtTheEnd() {
        byte[] malformed = new ClientScript.Payload().string("disk").u32(1).u32(99).bytes();
        n.run(ClientScript.fixed().structured().option(10, malformed).abort()).ended();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void aClientThatVanishesInItsQueriesLeavesNothingOpen() {
        byte[] half = new ClientScript.Payload().string("disk").u32(9).string("base:allocation").string("q".repeat(4096)).bytes();
        n.run(ClientScript.fixed().structured().option(10, half.length + 9000, half)).failure();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void aClientThatVanishesBeforeTheAnswerLeavesNothingOpen() {
        n.run(new ScriptedChannel(ClientScript.fixed().listContexts("disk").stream()).goneAtWrite(1)).failure();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void aClientThatVanishesAfterTheAnswerLeavesNothingOpen() {
        n.run(ClientScript.fixed().listContexts("disk")).failure();
    }

    @Test
    void aClientThatVanishesBeforeTheAnswerToInfoLeavesNothingOpen() {
        n.run(new ScriptedChannel(ClientScript.fixed().info("disk").stream()).goneAtWrite(1)).failure();
    }

    @Test
    void aClientThatBreaksTheProtocolLeavesNothingOpen() {
        n.run(ClientScript.fixed().listContexts("disk").raw(new byte[16])).closed();
    }

    @Test
    void theExportHandedOutIsOpen() {
        assertEquals(FakeDirectory.SIZE, n.run(ClientScript.fixed().go("disk")).session().export().info().size());
        n.closeSession();
        assertEquals(0, n.exports.open());
    }
}
