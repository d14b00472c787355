package dev.sluice.itests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Many clients that mean no good, in a process of their own, so that what they cost is not counted as the server's. One thread
 * looks at all of them again and again. It ends, and with it all connections, when its standard input does.
 *
 * <p>Arguments: {@code unix:PATH} or {@code tcp:PORT}, how many, and the sorts, of which the clients are in turn.
 */
final class Attacker {
    private static final long ROUND_NANOS = 50_000_000;
    private static final long DRIP_NANOS = 500_000_000;
    private static final long AGAIN_NANOS = 1_000_000_000;
    /** Who has said everything looks so often whether it is cut off: looking costs the machine more than the attack otherwise. */
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final long IHAVEOPT = 0x49484156454F5054L;
    private static final int GO = 7;
    /** Where nobody else writes: what comes of a write may be there although the rest never comes. */
    private static final long FREE = 64 << 20;
    private static final int LIST = 3;

    /** What a client does. */
    enum Sort {
        /** Connects and says nothing. */
        HALF_OPEN,
        /** Says half of an option, and then nothing. */
        SILENT,
        /** Says an option byte by byte, a byte each half second. */
        SLOW,
        /** Says anything; comes again when it is cut off. */
        BABBLING,
        /** Asks for a list as often as it can. */
        FLOODING,
        /** Announces an option of 4 GiB. */
        HUGE,
        /** Has chosen an export and says half of a request. */
        STALLED,
        /** Announces a write of 64 MiB and sends a little of it. */
        GREEDY,
        /** Asks for much and does not read it. */
        DEAF
    }

    private Attacker() {
    }

    /** See above. */
    public static void main(String[] args) throws Exception {
        SocketAddress address = args[0].startsWith("unix:") ? UnixDomainSocketAddress.of(Path.of(args[0].substring(5)))
                : new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0].substring(4)));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            clients.add(new Client(i, Sort.valueOf(args[2 + i % (args.length - 2)]), address));
        }
        boolean said = false;
        while (System.in.available() == 0) {
            long begin = System.nanoTime();
            for (Client c : clients) {
                c.turn(begin);
            }
            if (!said) {
                System.out.println("ready " + clients.stream().filter(c -> c.channel != null).count());
                said = true;
            }
            LockSupport.parkNanos(ROUND_NANOS - (System.nanoTime() - begin));
        }
    }

    private static byte[] words(Sort sort, Random random) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            if (sort != Sort.HALF_OPEN) {
                out.writeInt(3);
            }
            switch (sort) {
                case SILENT, SLOW -> {
                    out.writeLong(IHAVEOPT);
                    out.writeShort(0);
                }
                case BABBLING -> {
                    byte[] any = new byte[200];
                    random.nextBytes(any);
                    out.write(any);
                }
                case FLOODING -> {
                    for (int i = 0; i < 100; i++) {
                        out.writeLong(IHAVEOPT);
                        out.writeInt(LIST);
                        out.writeInt(0);
                    }
                }
                case HUGE -> {
                    out.writeLong(IHAVEOPT);
                    out.writeInt(GO);
                    out.writeInt(0xffff_ffff);
                }
                case STALLED -> {
                    go(out);
                    out.write(new byte[] {0x25, 0x60, (byte) 0x95, 0x13, 0, 0, 0});
                }
                case GREEDY -> {
                    go(out);
                    request(out, 1, FREE, 64 << 20);
                    out.write(new byte[1000]);
                }
                case DEAF -> {
                    go(out);
                    for (int i = 0; i < 200; i++) {
                        request(out, 0, 0, 1 << 20);
                    }
                }
                default -> {
                    // nothing to say
                }
            }
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void go(DataOutputStream out) throws IOException {
        out.writeLong(IHAVEOPT);
        out.writeInt(GO);
        out.writeInt(6);
        out.writeInt(0);
        out.writeShort(0);
    }

    private static void request(DataOutputStream out, int type, long offset, int length) throws IOException {
        out.writeInt(0x25609513);
        out.writeShort(0);
        out.writeShort(type);
        out.writeLong(7);
        out.writeLong(offset);
        out.writeInt(length);
    }

    /** One of them. */
    private static final class Client {
        private final Sort sort;
        private final SocketAddress address;
        private final Random random;
        private SocketChannel channel;
        private ByteBuffer words;
        private long next;

        Client(int number, Sort sort, SocketAddress address) {
            this.sort = sort;
            this.address = address;
            this.random = new Random(number);
        }

        void turn(long now) {
            if (now < next) {
                return;
            }
            try {
                if (channel == null) {
                    open();
                }
                if (words.hasRemaining() && sort != Sort.SLOW) {
                    channel.write(words);
                }
                drip(now);
                int n = sort == Sort.DEAF ? 0 : channel.read(ByteBuffer.allocate(16 << 10));
                if (n < 0) {
                    close(now);
                } else if (n == 0 && !words.hasRemaining() && sort != Sort.SLOW) {
                    next = now + LOOK_NANOS;
                }
            } catch (IOException e) {
                close(now);
            }
        }

        private void open() throws IOException {
            SocketChannel c = address instanceof UnixDomainSocketAddress ? SocketChannel.open(StandardProtocolFamily.UNIX)
                    : SocketChannel.open();
            try {
                c.connect(address);
                c.configureBlocking(false);
            } catch (IOException e) {
                c.close();
                throw e;
            }
            channel = c;
            words = ByteBuffer.wrap(words(sort, random));
        }

        private void drip(long now) throws IOException {
            if (sort == Sort.SLOW) {
                next = now + DRIP_NANOS;
                channel.write(words.hasRemaining() ? words.slice().limit(1) : ByteBuffer.allocate(1));
                words.position(Math.min(words.limit(), words.position() + 1));
            }
        }

        private void close(long now) {
            next = now + AGAIN_NANOS;
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                // it is gone anyway
                next = now + AGAIN_NANOS;
            }
            channel = null;
        }
    }
}
