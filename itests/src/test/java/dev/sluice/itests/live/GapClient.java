package dev.sluice.itests.live;

import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;

/** A client that keeps random reads and writes of 4 KiB under way and remembers the longest time without a reply. */
final class GapClient extends Thread {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 8192;

    private final Session session;
    private final int depth;
    private final Random random;
    private final ByteBuffer out;
    private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 20);
    private volatile boolean done;
    private volatile boolean forget;
    private volatile long longest;
    private volatile long lastReply = System.nanoTime();
    private volatile long replies;
    private volatile Throwable failure;

    GapClient(SocketAddress address, int number, int depth) throws IOException {
        super("gap-client-" + number);
        this.session = RawNbdClient.greeted(address).go("");
        this.depth = depth;
        this.random = new Random(number);
        this.out = ByteBuffer.allocateDirect(depth * (28 + BLOCK));
    }

    /** The next gap counts from now. */
    void forget() {
        forget = true;
    }

    /** In nanoseconds, the one that has not ended included. */
    long longestGap() {
        return Math.max(longest, System.nanoTime() - lastReply);
    }

    long replies() {
        return replies;
    }

    void end() {
        done = true;
    }

    void requireNoError() {
        if (failure != null) {
            throw new AssertionError("a client was disturbed", failure);
        }
    }

    @Override
    public void run() {
        try (session) {
            request(depth);
            int underWay = depth;
            while (underWay > 0) {
                session.client().channel().readSome(in);
                int answered = answers();
                underWay -= answered;
                if (!done) {
                    request(answered);
                    underWay += answered;
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private void request(int count) throws IOException {
        out.clear();
        for (int i = 0; i < count; i++) {
            boolean read = random.nextBoolean();
            out.putInt(Wire.REQUEST).putShort((short) 0).putShort((short) (read ? Wire.READ : Wire.WRITE));
            out.putLong(read ? 1 : 0).putLong((long) random.nextInt(BLOCKS) * BLOCK).putInt(BLOCK);
            if (!read) {
                out.position(out.position() + BLOCK);
            }
        }
        session.client().channel().write(out.flip());
    }

    private int answers() {
        int answered = 0;
        in.flip();
        while (in.remaining() >= 16) {
            int at = in.position();
            if (in.getInt(at) != Wire.SIMPLE_REPLY || in.getInt(at + 4) != 0) {
                throw new AssertionError("not a successful simple reply");
            }
            int size = in.getLong(at + 8) == 1 ? 16 + BLOCK : 16;
            if (in.remaining() < size) {
                break;
            }
            in.position(at + size);
            answered++;
        }
        in.compact();
        if (answered > 0) {
            long now = System.nanoTime();
            long gap = now - lastReply;
            if (forget) {
                forget = false;
                longest = 0;
            } else if (gap > longest) {
                longest = gap;
            }
            lastReply = now;
            replies += answered;
        }
        return answered;
    }
}
