package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class GreetingTest {
    @Test
    void theGreetingHasBothMagicsAndTheOfferedFlags() {
        ByteBuffer greeting = ByteBuffer.wrap(new Negotiation().run(ClientScript.fixed().abort()).greeting());
        assertEquals(0x4e42444d41474943L, greeting.getLong());
        assertEquals(0x49484156454F5054L, greeting.getLong());
        assertEquals(3, greeting.getShort());
    }

    @Test
    void noFlagBitsButTheTwoThatExistAreSent() {
        Negotiation n = new Negotiation().with(Settings.flags(0xffff)).run(ClientScript.fixed().abort());
        assertEquals(3, n.greeting()[17]);
        assertEquals(0, n.greeting()[16]);
    }

    @Test
    void aMaskedFlagIsNotOffered() {
        assertEquals(1, new Negotiation().with(Settings.flags(1)).run(ClientScript.flags(1).abort()).greeting()[17]);
    }

    @Test
    void anUnknownClientFlagClosesTheConnection() {
        assertTrue(new Negotiation().run(ClientScript.flags(4 | 3).abort()).closed().contains("0x7"));
    }

    @Test
    void theTopClientFlagBitClosesTheConnection() {
        new Negotiation().run(ClientScript.flags(1 << 31 | 3).abort()).closed();
    }

    @Test
    void aClientFlagThatWasNotOfferedClosesTheConnection() {
        new Negotiation().with(Settings.flags(1)).run(ClientScript.flags(3).abort()).closed();
    }

    @Test
    void aClientThatLeavesAfterTheGreetingIsAnEndOfFile() {
        assertInstanceOf(EOFException.class, new Negotiation().run(ClientScript.encrypted()).failure());
    }

    @Test
    void withoutFixedNewstyleTheExportNameWorks() {
        assertEquals("disk", new Negotiation().run(ClientScript.flags(0).exportName("disk")).session().export().name());
    }

    @Test
    void withoutFixedNewstyleOtherOptionsAreInvalidAndTheExportNameStillWorks() {
        Negotiation n = new Negotiation().run(ClientScript.flags(0).option(3).abort().go("disk").exportName("disk"));
        assertEquals("ERR_INVALID ERR_INVALID ERR_INVALID", n.types());
        assertEquals("disk", n.session().export().name());
    }

    @Test
    void aServerThatMasksFixedNewstyleTakesOnlyTheExportName() {
        Negotiation n = new Negotiation().with(Settings.flags(0)).run(ClientScript.flags(0).structured().exportName("disk"));
        assertEquals("ERR_INVALID", n.types());
        assertFalse(n.session().structured());
    }
}
