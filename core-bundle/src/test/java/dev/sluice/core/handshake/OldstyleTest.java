package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class OldstyleTest {
    private final Negotiation n = new Negotiation().with(Settings.oldstyle("disk", Tls.OFF));

    @Test
    void theGreetingTellsSizeAndFlagsAtOnce() {
        ByteBuffer greeting = ByteBuffer.wrap(n.run(ClientScript.encrypted()).rest());
        assertEquals(152, greeting.remaining());
        assertEquals(0x4e42444d41474943L, greeting.getLong());
        assertEquals(0x0000420281861253L, greeting.getLong());
        assertEquals(FakeDirectory.SIZE, greeting.getLong());
    }

    @Test
    void thereAreNoHandshakeFlags() {
        assertEquals(0, ByteBuffer.wrap(n.run(ClientScript.encrypted()).rest()).getShort(24));
    }

    @Test
    void theSessionHasTheFlagsThatWereSentAndSimpleReplies() {
        NegotiatedSession session = n.run(ClientScript.encrypted()).session();
        assertEquals(session.transmissionFlags(), ByteBuffer.wrap(n.rest()).getShort(26));
        assertFalse(session.structured());
        assertTrue(session.contexts().isEmpty());
    }

    @Test
    void anExportThatCannotBeOpenedClosesTheConnectionWithoutAWord() {
        n.exports.refuse("disk", NbdError.EINVAL, "no such disk");
        assertTrue(n.run(ClientScript.encrypted()).closed().contains("no such disk"));
        assertEquals(0, n.rest().length);
    }

    @Test
    void aFailingGreetingClosesTheExport() {
        assertInstanceOf(IOException.class, n.run(new ScriptedChannel(ClientScript.encrypted().stream()).goneAtWrite(0)).failure());
    }

    @Test
    void requiredTlsRefusesOldstyle() {
        assertTrue(n.with(Settings.oldstyle("disk", Tls.REQUIRE)).run(ClientScript.encrypted()).closed().contains("TLS"));
        assertTrue(n.exports.opened().isEmpty());
    }

    @Test
    void aServerThatStopsRefusesOldstyle() {
        assertTrue(n.stopping(() -> true).run(ClientScript.encrypted()).closed().contains("shutting down"));
    }

    @Test
    void withoutAConfiguredExportTheDefaultExportIsServed() {
        Negotiation other = new Negotiation();
        other.exports.add("").called("main");
        other.with(Settings.oldstyle("", Tls.OFF)).run(ClientScript.encrypted());
        assertEquals("main", other.session().export().name());
    }
}
