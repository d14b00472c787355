package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.protocol.OptionCode;
import org.junit.jupiter.api.Test;

class StructuredReplyOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void structuredRepliesAreAcknowledgedAndOn() {
        n.run(ClientScript.fixed().structured().go("disk"));
        assertEquals("ACK", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertTrue(n.session().structured());
        assertFalse(n.session().extended());
    }

    @Test
    void withoutTheOptionRepliesAreSimple() {
        assertFalse(n.run(ClientScript.fixed().go("disk")).session().structured());
    }

    @Test
    void aPayloadIsInvalidAndChangesNothing() {
        n.run(ClientScript.fixed().option(OptionCode.STRUCTURED_REPLY, new byte[1]).go("disk"));
        assertEquals("ERR_INVALID", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertFalse(n.session().structured());
    }

    @Test
    void aSecondTimeIsInvalidAndTheyStayOn() {
        n.run(ClientScript.fixed().structured().structured().go("disk"));
        assertEquals("ACK ERR_INVALID", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertTrue(n.session().structured());
    }

    @Test
    void switchedOffTheyAreUnsupported() {
        n.with(Settings.offered(false, true, true)).run(ClientScript.fixed().structured().go("disk"));
        assertEquals("ERR_UNSUP", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertFalse(n.session().structured());
    }

    @Test
    void afterExtendedHeadersTheyAreRefusedInFavourOfThem() {
        n.run(ClientScript.fixed().extended().structured().go("disk"));
        assertEquals("ERR_EXT_HEADER_REQD", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertTrue(n.session().extended());
    }
}
