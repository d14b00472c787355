package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.protocol.OptionCode;
import org.junit.jupiter.api.Test;

class AbortOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void abortIsAcknowledgedAndEndsTheSession() {
        n.run(ClientScript.fixed().abort()).ended();
        assertEquals("ACK", n.types());
    }

    @Test
    void aPayloadOfAbortIsIgnored() {
        n.run(ClientScript.fixed().option(OptionCode.ABORT, new byte[100_000])).ended();
        assertEquals("ACK", n.types());
    }

    @Test
    void aClientThatDoesNotWaitForTheAnswerHasEndedProperly() {
        n.run(new ScriptedChannel(ClientScript.fixed().abort().stream()).goneAtWrite(1)).ended();
    }

    @Test
    void aClientThatLeavesInThePayloadOfAbortHasEndedProperly() {
        n.run(ClientScript.fixed().option(OptionCode.ABORT, 10, new byte[3])).ended();
    }

    @Test
    void nothingAfterAbortIsRead() throws Exception {
        n.run(ClientScript.fixed().abort().go("disk")).ended();
        assertTrue(n.channel().unread() > 0);
    }

    @Test
    void abortClosesAnExportThatWasKeptForItsContexts() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").abort()).ended();
        assertEquals(1, n.exports.opened().size());
    }
}
