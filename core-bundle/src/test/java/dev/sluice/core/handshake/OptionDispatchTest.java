package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.handshake.ClientScript.Payload;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.OptionCode;
import java.io.EOFException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionDispatchTest {
    private final Negotiation n = new Negotiation();

    @ParameterizedTest
    @ValueSource(ints = {0, OptionCode.PEEK_EXPORT, 12, 99, Integer.MAX_VALUE, -1})
    void anUnknownOptionIsUnsupportedAndItsPayloadReadAway(int option) {
        n.run(ClientScript.fixed().option(option, new byte[70_000]).go("disk"));
        assertEquals("ERR_UNSUP INFO ACK", n.types());
        assertEquals(option, n.answers().get(0).option());
        n.session();
    }

    @Test
    void everyErrorHasAText() {
        n.run(ClientScript.fixed().option(99).option(OptionCode.LIST, new byte[1]).option(OptionCode.STARTTLS).go("nope")
                .setContexts("disk").option(OptionCode.INFO).abort()).ended();
        assertTrue(n.answers().stream().filter(a -> a.type() < 0).allMatch(a -> a.payload().length > 5));
        assertEquals(6, n.answers().stream().filter(a -> a.type() < 0).count());
    }

    @Test
    void aWrongMagicClosesTheConnection() {
        ClientScript wrong = ClientScript.fixed().raw(new Payload().u64(Magic.NBDMAGIC).u64(0).bytes());
        assertTrue(n.run(wrong).closed().contains("0x4e42444d41474943"));
    }

    @Test
    void anOptionThatIsTooLargeClosesTheConnectionUnread() throws Exception {
        assertTrue(n.run(ClientScript.fixed().option(99, Limits.MAX_OPTION + 1L, new byte[100])).closed().contains("67108865"));
        assertEquals(100, n.channel().unread());
    }

    @Test
    void theLargestLengthClosesTheConnection() {
        n.run(ClientScript.fixed().option(OptionCode.GO, 0xffff_ffffL, new byte[0])).closed();
    }

    @Test
    void anUnknownOptionOf64MebibytesIsReadAway() {
        InputStream script = new SequenceInputStream(ClientScript.fixed().option(99, Limits.MAX_OPTION, new byte[0]).stream(),
                new SequenceInputStream(new Zeroes(Limits.MAX_OPTION), ClientScript.encrypted().go("disk").stream()));
        n.run(new ScriptedChannel(script));
        assertEquals("ERR_UNSUP INFO ACK", n.types());
    }

    @Test
    void sixteenMillionQueriesTakeNoMoreMemoryThanOne() {
        int queries = (Limits.MAX_OPTION - 12) / 4;
        byte[] head = new Payload().string("disk").u32(queries).bytes();
        InputStream script = new SequenceInputStream(
                ClientScript.fixed().option(OptionCode.LIST_META_CONTEXT, head.length + 4L * queries, head).stream(),
                new SequenceInputStream(new Zeroes(4L * queries), ClientScript.encrypted().go("disk").stream()));
        n.run(new ScriptedChannel(script));
        assertEquals("ACK INFO ACK", n.types());
        assertTrue(n.channel().largestRead() <= OptionPayload.BUFFER_SIZE);
    }

    @Test
    void aClaimedLengthIsNeverAllocated() {
        n.run(ClientScript.fixed().option(OptionCode.GO, Limits.MAX_OPTION, new Payload().u32(Limits.MAX_OPTION - 6L).bytes()));
        assertInstanceOf(EOFException.class, n.failure());
        assertTrue(n.channel().largestRead() <= OptionPayload.BUFFER_SIZE);
    }

    @Test
    void aClientThatLeavesInThePayloadIsAnEndOfFile() {
        n.run(ClientScript.fixed().option(OptionCode.GO, 100, new byte[10]));
        assertInstanceOf(EOFException.class, n.failure());
    }

    @Test
    void afterThirtyTwoOptionsTheConnectionIsClosed() throws Exception {
        ClientScript script = ClientScript.fixed();
        for (int i = 0; i < 33; i++) {
            script.option(99);
        }
        assertTrue(n.run(script).closed().contains("too many options"));
        assertEquals(32, n.answers().size());
        assertEquals(16, n.channel().unread());
    }

    @Test
    void theLastOptionAllowedCanStillChoose() {
        ClientScript script = ClientScript.fixed();
        for (int i = 0; i < 31; i++) {
            script.option(99);
        }
        n.run(script.go("disk")).session();
    }

    @Test
    void whileTheServerStopsEverythingButAbortIsAShutdown() {
        n.stopping(() -> true).run(ClientScript.fixed().option(OptionCode.LIST).info("disk").structured().extended().listContexts("disk")
                .setContexts("disk").option(99, new byte[7]).go("disk").abort()).ended();
        assertEquals("ERR_SHUTDOWN ".repeat(8) + "ACK", n.types());
        assertTrue(n.exports.opened().isEmpty());
    }

    @Test
    void whileTheServerStopsTheExportNameClosesTheConnection() {
        assertTrue(n.stopping(() -> true).run(ClientScript.fixed().exportName("disk")).closed().contains("shutting down"));
    }

    @Test
    void aServerThatBeginsToStopInTheMiddleClosesWhatIsOpen() {
        n.stopping(() -> !n.exports.opened().isEmpty())
                .run(ClientScript.fixed().structured().setContexts("disk", "base:allocation").go("disk").abort()).ended();
        assertEquals("ERR_SHUTDOWN", n.typesFor(OptionCode.GO));
    }

    @Test
    void everyOptionIsAnsweredWithOneWrite() {
        n.run(ClientScript.fixed().info("disk", 0, 1, 2, 3).go("disk"));
        n.session();
        assertEquals(1 + 2, n.channel().writes());
    }

    /** This many zero bytes. */
    private static final class Zeroes extends InputStream {
        private long left;

        private Zeroes(long left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            Arrays.fill(into, offset, offset + count, (byte) 0);
            left -= count;
            return count;
        }
    }
}
