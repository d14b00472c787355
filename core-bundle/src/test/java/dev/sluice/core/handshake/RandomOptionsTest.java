package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.core.handshake.ClientScript.Payload;
import dev.sluice.core.handshake.HandshakeOptions.Style;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import dev.sluice.core.protocol.Limits;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ten thousand clients that get most things wrong. The seed of a failure stands in its message. */
class RandomOptionsTest {
    private static final int CLIENTS = 10_000;
    private static final String[] NAMES = {"disk", "disk", "disk", "other", "", "refused", "leaving", "missing", "a\0b", "x".repeat(4097)};
    private static final String[] QUERIES = {"base:allocation", "base:", "x-a:1", "x-a:", "nope", "", "\0", "q".repeat(4097)};

    @Test
    void noClientCanThrowLeakOrTakeMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int chosen = 0;
        int failed = 0;
        for (int seed = 0; seed < CLIENTS; seed++) {
            Random random = new Random(seed);
            Negotiation n = negotiation(random);
            ScriptedChannel channel = new ScriptedChannel(script(random).stream())
                    .afterTls(options(random, ClientScript.encrypted()).stream());
            if (random.nextInt(10) == 0) {
                channel.goneAtWrite(random.nextInt(12));
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                n.run(channel);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertEquals(n.handedOut() ? 1 : 0, n.exports.open(), "open exports, seed " + seed);
            assertTrue(channel.largestRead() <= OptionPayload.BUFFER_SIZE, "read of " + channel.largestRead() + ", seed " + seed);
            assertTrue(allocated < 8 << 20, allocated + " bytes allocated, seed " + seed);
            chosen += n.handedOut() ? 1 : 0;
            failed += n.failed() ? 1 : 0;
        }
        assertTrue(chosen > CLIENTS / 20, "only " + chosen + " clients chose an export: the test sees too little");
        assertTrue(failed > CLIENTS / 20, "only " + failed + " handshakes failed: the test sees too little");
    }

    private static Negotiation negotiation(Random random) {
        Negotiation n = new Negotiation();
        n.exports.add("");
        n.exports.add("other").contexts("x-a:1", "x-a:2").description("another");
        n.exports.refuse("refused", NbdError.EIO, "refused");
        n.exports.refuse("leaving", NbdError.ESHUTDOWN, "leaving");
        n.exports.list(new ExportInfo("disk", "a disk"), new ExportInfo("other", ""));
        n.with(new HandshakeOptions(random.nextInt(50) == 0 ? Style.OLDSTYLE : Style.NEWSTYLE,
                random.nextInt(10) == 0 ? random.nextInt(4) : 3,
                random.nextInt(8) > 0, random.nextInt(8) > 0, random.nextInt(8) > 0, Tls.values()[random.nextInt(3)],
                Optional.of("disk"), 32, random.nextBoolean()));
        if (random.nextInt(10) == 0) {
            int calls = random.nextInt(10);
            int[] asked = {0};
            n.stopping(() -> asked[0]++ > calls);
        }
        return n;
    }

    private static ClientScript script(Random random) {
        int known = random.nextInt(10) == 0 ? random.nextInt(4) : 3;
        return options(random, ClientScript.flags(random.nextInt(20) == 0 ? random.nextInt() : known));
    }

    private static ClientScript options(Random random, ClientScript script) {
        int count = random.nextInt(20);
        for (int i = 0; i < count; i++) {
            byte[] payload = payload(random);
            int code = random.nextInt(30) == 0 ? random.nextInt() : random.nextInt(13);
            switch (random.nextInt(40)) {
                case 0 -> script.raw(random(random, random.nextInt(64)));
                case 1 -> script.option(code, random.nextInt() & 0xffff_ffffL, payload);
                case 2 -> script.option(code, random.nextInt(Limits.MAX_OPTION), payload);
                case 3 -> script.exportName(NAMES[random.nextInt(NAMES.length)]);
                case 4, 5, 6, 7 -> script.go(NAMES[random.nextInt(3)], random.nextInt(5));
                case 8, 9 -> script.structured();
                case 10 -> script.extended();
                case 11 -> script.abort();
                case 12, 13, 14 -> script.option(3);
                case 15, 16 -> script.option(5);
                default -> script.option(code, payload);
            }
        }
        return script;
    }

    private static byte[] payload(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> new byte[0];
            case 1 -> random(random, random.nextInt(300));
            case 2 -> ClientScript.ask(NAMES[random.nextInt(NAMES.length)], random.nextInt(6), random.nextInt(6)).bytes();
            case 3 -> bend(random, ClientScript.ask(NAMES[random.nextInt(4)], random.nextInt(6)).bytes());
            default -> contexts(random);
        };
    }

    private static byte[] contexts(Random random) {
        int queries = random.nextInt(4);
        Payload p = new Payload().string(NAMES[random.nextInt(NAMES.length)]).u32(random.nextInt(10) == 0 ? random.nextInt() : queries);
        for (int i = 0; i < queries; i++) {
            p.string(QUERIES[random.nextInt(QUERIES.length)]);
        }
        return random.nextInt(4) == 0 ? bend(random, p.bytes()) : p.bytes();
    }

    private static byte[] bend(Random random, byte[] bytes) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
