package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.TransmissionFlag;
import org.junit.jupiter.api.Test;

class ExtendedHeadersOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void extendedHeadersAreAcknowledgedAndImplyStructuredReplies() {
        n.run(ClientScript.fixed().extended().go("disk"));
        assertEquals("ACK", n.typesFor(OptionCode.EXTENDED_HEADERS));
        assertTrue(n.session().extended());
        assertTrue(n.session().structured());
    }

    @Test
    void theyMayFollowStructuredReplies() {
        assertTrue(n.run(ClientScript.fixed().structured().extended().go("disk")).session().extended());
    }

    @Test
    void aPayloadIsInvalidAndChangesNothing() {
        n.run(ClientScript.fixed().option(OptionCode.EXTENDED_HEADERS, new byte[4]).go("disk"));
        assertEquals("ERR_INVALID", n.typesFor(OptionCode.EXTENDED_HEADERS));
        assertFalse(n.session().extended());
    }

    @Test
    void aSecondTimeIsInvalidAndTheyStayOn() {
        n.run(ClientScript.fixed().extended().extended().go("disk"));
        assertEquals("ACK ERR_INVALID", n.typesFor(OptionCode.EXTENDED_HEADERS));
        assertTrue(n.session().extended());
    }

    @Test
    void switchedOffTheyAreUnsupported() {
        n.with(Settings.offered(true, true, false)).run(ClientScript.fixed().extended().go("disk"));
        assertEquals("ERR_UNSUP", n.typesFor(OptionCode.EXTENDED_HEADERS));
        assertFalse(n.session().extended());
    }

    @Test
    void withThemContextsCanBeSelected() {
        n.run(ClientScript.fixed().extended().setContexts("disk", "base:allocation").go("disk"));
        assertEquals(1, n.session().contexts().size());
    }

    @Test
    void contextsSelectedBeforeThemAreKept() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").extended().go("disk"));
        assertEquals(1, n.session().contexts().size());
    }

    @Test
    void withContextsTheStatusPayloadIsOffered() {
        n.run(ClientScript.fixed().extended().setContexts("disk", "base:allocation").go("disk"));
        assertNotEquals(0, n.session().transmissionFlags() & TransmissionFlag.BLOCK_STATUS_PAYLOAD);
        assertEquals(n.session().transmissionFlags(), n.answersTo(OptionCode.GO).get(0).flags());
    }

    @Test
    void withoutContextsTheStatusPayloadIsNotOffered() {
        n.run(ClientScript.fixed().extended().go("disk"));
        assertEquals(0, n.session().transmissionFlags() & TransmissionFlag.BLOCK_STATUS_PAYLOAD);
    }

    @Test
    void withStructuredRepliesOnlyTheStatusPayloadIsNotOffered() {
        n.run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").go("disk"));
        assertEquals(0, n.session().transmissionFlags() & TransmissionFlag.BLOCK_STATUS_PAYLOAD);
    }
}
