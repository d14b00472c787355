package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.protocol.OptionCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void everyExportIsAnAnswerWithItsNameAndDescription() {
        n.exports.list(new ExportInfo("disk", "a disk"), new ExportInfo("tape", ""));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertEquals("SERVER SERVER ACK", n.typesFor(OptionCode.LIST));
        assertArrayEquals(new ClientScript.Payload().string("disk").raw("a disk".getBytes(StandardCharsets.UTF_8)).bytes(),
                n.answers().get(0).payload());
        assertArrayEquals(new ClientScript.Payload().string("tape").bytes(), n.answers().get(1).payload());
    }

    @Test
    void anEmptyListIsAnAck() {
        assertEquals("ACK", n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).typesFor(OptionCode.LIST));
    }

    @Test
    void aPayloadIsInvalidAndReadAway() {
        n.run(ClientScript.fixed().option(OptionCode.LIST, new byte[5000]).abort()).ended();
        assertEquals("ERR_INVALID ACK", n.types());
        assertEquals(0, n.exports.lists());
    }

    @Test
    void aSecondListIsInvalid() {
        n.run(ClientScript.fixed().option(OptionCode.LIST).option(OptionCode.LIST).abort()).ended();
        assertEquals("ACK ERR_INVALID", n.typesFor(OptionCode.LIST));
    }

    @Test
    void aListThatFailsIsAPlatformErrorWithItsText() {
        n.exports.failList(new IOException("directory is gone"));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertEquals("ERR_PLATFORM", n.typesFor(OptionCode.LIST));
        assertEquals("directory is gone", n.answers().get(0).text());
    }

    @Test
    void aListThatFailsInALayerIsAPlatformError() {
        n.exports.failList(new NbdException(NbdError.EIO, "the plugin can't list"));
        assertEquals("ERR_PLATFORM", n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).typesFor(OptionCode.LIST));
    }

    @Test
    void aListThatFailsBecauseOfAShutdownSaysSo() {
        n.exports.failList(new NbdException(NbdError.ESHUTDOWN, "going away"));
        assertEquals("ERR_SHUTDOWN", n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).typesFor(OptionCode.LIST));
    }

    @Test
    void aFailedListCanBeAskedForAgain() {
        n.exports.failList(new IOException("directory is gone"));
        n.run(ClientScript.fixed().option(OptionCode.LIST).option(OptionCode.LIST).abort()).ended();
        assertEquals("ERR_PLATFORM ERR_PLATFORM", n.typesFor(OptionCode.LIST));
    }

    @Test
    void aNameThatTheProtocolCannotCarryIsLeftOut() {
        n.exports.list(new ExportInfo("x".repeat(4097), ""), new ExportInfo("a\0b", ""), new ExportInfo("\ud800", ""),
                new ExportInfo("disk", ""));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertEquals("SERVER ACK", n.typesFor(OptionCode.LIST));
    }

    @Test
    void aDescriptionThatTheProtocolCannotCarryIsLeftOut() {
        n.exports.list(new ExportInfo("disk", "y".repeat(4097)));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertArrayEquals(new ClientScript.Payload().string("disk").bytes(), n.answers().get(0).payload());
    }

    @Test
    void theLongestNameAndDescriptionAreSent() {
        n.exports.list(new ExportInfo("x".repeat(4096), "y".repeat(4096)));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertEquals(4 + 4096 + 4096, n.answers().get(0).payload().length);
    }

    @Test
    void moreExportsThanCanBeListedAreTooBig() {
        n.exports.list(many(10_001));
        assertEquals("ERR_TOO_BIG", n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).typesFor(OptionCode.LIST));
    }

    @Test
    void tenThousandExportsAreListedInBatches() {
        n.exports.list(many(10_000));
        n.run(ClientScript.fixed().option(OptionCode.LIST).abort()).ended();
        assertEquals(10_001, n.answersTo(OptionCode.LIST).size());
        assertTrue(n.channel().writes() < 20, () -> n.channel().writes() + " writes");
    }

    @Test
    void everyListedExportAllowsFurtherOptions() {
        n.exports.list(many(1));
        ClientScript script = ClientScript.fixed().option(OptionCode.LIST);
        for (int i = 0; i < 62; i++) {
            script.info("disk");
        }
        n.run(script.go("disk")).session();
    }

    private static List<ExportInfo> many(int count) {
        return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> new ExportInfo("disk" + i, "")).toList());
    }
}
