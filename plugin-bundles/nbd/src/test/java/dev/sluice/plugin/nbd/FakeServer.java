package dev.sluice.plugin.nbd;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A small NBD server that can misbehave. A thread for each connection; requests are answered in order, or as a hook says. */
final class FakeServer implements Closeable {
    static final int ALL_FLAGS = Proto.HAS_FLAGS | Proto.SEND_FLUSH | Proto.SEND_FUA | Proto.SEND_TRIM | Proto.SEND_WRITE_ZEROES
            | Proto.SEND_CACHE | Proto.SEND_FAST_ZERO | Proto.CAN_MULTI_CONN;

    final byte[] disk;
    final List<Request> requests = new CopyOnWriteArrayList<>();
    volatile int flags = ALL_FLAGS;
    volatile boolean structured = true;
    volatile boolean fixed = true;
    volatile boolean oldstyle;
    volatile long size;
    volatile int[] blocks;
    volatile Map<String, String> exports = new TreeMap<>(Map.of("", "the disk"));
    /** Answers a request in another way: true if it did. */
    volatile Hook hook = (c, r) -> false;
    /** Answers an option in another way. */
    volatile OptionHook optionHook = (c, option, payload) -> false;
    volatile int connections;
    private final ServerSocket server;
    private final Thread accepting;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    record Request(int flags, int type, long cookie, long offset, int length, byte[] data) {
    }

    /** For tests. */
    interface Hook {
        boolean answer(Client client, Request request) throws IOException;
    }

    /** For tests. */
    interface OptionHook {
        boolean answer(Client client, int option, ByteBuffer payload) throws IOException;
    }

    FakeServer(int size) throws IOException {
        disk = new byte[size];
        this.size = size;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accepting = thread(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    String uri() {
        return "nbd://127.0.0.1:" + port() + "/";
    }

    /** Cuts all connections. */
    void cut() throws IOException {
        for (Socket s : open) {
            s.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // a client that came in the last moment is among those that are cut, or was not accepted at all
            accepting.join(10_000);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        cut();
    }

    private interface Body {
        void run() throws IOException;
    }

    private static Thread thread(Body body) {
        Thread t = new Thread(() -> {
            try {
                body.run();
            } catch (IOException e) {
                // the other side has gone, or the test is over
                return;
            }
        });
        t.setDaemon(true);
        t.start();
        return t;
    }

    private void accept() throws IOException {
        while (true) {
            Socket s = server.accept();
            open.add(s);
            connections++;
            thread(() -> {
                try (s) {
                    s.setTcpNoDelay(true);
                    new Client(s).run();
                } finally {
                    open.remove(s);
                }
            });
        }
    }

    /** One client's connection. */
    final class Client {
        final DataInputStream in;
        final DataOutputStream out;
        private boolean structuredNow;
        private int clientFlags;

        Client(Socket s) throws IOException {
            in = new DataInputStream(s.getInputStream());
            out = new DataOutputStream(s.getOutputStream());
        }

        void run() throws IOException {
            out.writeLong(Proto.MAGIC);
            if (oldstyle) {
                out.writeLong(Proto.OLDSTYLE_MAGIC);
                out.writeLong(size);
                out.writeInt(flags);
                out.write(new byte[Proto.ZEROES_SIZE]);
            } else {
                out.writeLong(Proto.OPTION_MAGIC);
                out.writeShort(fixed ? Proto.FIXED_NEWSTYLE | Proto.NO_ZEROES : 0);
                clientFlags = in.readInt();
                boolean more = true;
                while (more) {
                    more = option();
                }
            }
            transmission();
        }

        private boolean option() throws IOException {
            in.readLong();
            int option = in.readInt();
            ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(in.readInt()));
            if (optionHook.answer(this, option, payload)) {
                return true;
            }
            switch (option) {
                case Proto.OPT_EXPORT_NAME -> {
                    out.writeLong(size);
                    out.writeShort(flags);
                    if ((clientFlags & Proto.NO_ZEROES) == 0) {
                        out.write(new byte[Proto.ZEROES_SIZE]);
                    }
                    return false;
                }
                case Proto.OPT_ABORT -> throw new IOException("the client aborts");
                case Proto.OPT_LIST -> {
                    for (Map.Entry<String, String> e : exports.entrySet()) {
                        byte[] name = e.getKey().getBytes(StandardCharsets.UTF_8);
                        byte[] text = e.getValue().getBytes(StandardCharsets.UTF_8);
                        reply(option, Proto.REP_SERVER,
                                ByteBuffer.allocate(4 + name.length + text.length).putInt(name.length).put(name).put(text).array());
                    }
                    reply(option, Proto.REP_ACK);
                }
                case Proto.OPT_STRUCTURED_REPLY -> {
                    structuredNow = structured;
                    reply(option, structured ? Proto.REP_ACK : Proto.REP_ERR_UNSUP);
                }
                case Proto.OPT_SET_META_CONTEXT -> {
                    reply(option, Proto.REP_META_CONTEXT,
                            ByteBuffer.allocate(4 + 15).putInt(7).put("base:allocation".getBytes(StandardCharsets.UTF_8)).array());
                    reply(option, Proto.REP_ACK);
                }
                case Proto.OPT_GO, Proto.OPT_INFO -> {
                    byte[] name = new byte[payload.getInt()];
                    payload.get(name);
                    return info(option, new String(name, StandardCharsets.UTF_8));
                }
                default -> reply(option, Proto.REP_ERR_UNSUP);
            }
            return true;
        }

        private boolean info(int option, String name) throws IOException {
            if (!exports.containsKey(name)) {
                reply(option, Proto.REP_ERROR + 6, "try another".getBytes(StandardCharsets.UTF_8));
                return true;
            }
            reply(option, Proto.REP_INFO, ByteBuffer.allocate(12).putShort((short) 0).putLong(size).putShort((short) flags).array());
            if (blocks != null) {
                reply(option, Proto.REP_INFO,
                        ByteBuffer.allocate(14).putShort((short) 3).putInt(blocks[0]).putInt(blocks[1]).putInt(blocks[2]).array());
            }
            String shown = name.isEmpty() ? "main" : name;
            reply(option, Proto.REP_INFO,
                    ByteBuffer.allocate(2 + shown.length()).putShort((short) 1).put(shown.getBytes(StandardCharsets.UTF_8)).array());
            byte[] text = exports.get(name).getBytes(StandardCharsets.UTF_8);
            reply(option, Proto.REP_INFO, ByteBuffer.allocate(2 + text.length).putShort((short) 2).put(text).array());
            reply(option, Proto.REP_ACK);
            return option != Proto.OPT_GO;
        }

        void reply(int option, int type, byte... payload) throws IOException {
            out.writeLong(Proto.REPLY_MAGIC);
            out.writeInt(option);
            out.writeInt(type);
            out.writeInt(payload.length);
            out.write(payload);
        }

        private void transmission() throws IOException {
            while (true) {
                in.readInt();
                int f = in.readShort();
                int type = in.readShort();
                long cookie = in.readLong();
                long offset = in.readLong();
                int length = in.readInt();
                Request r = new Request(f, type, cookie, offset, length, type == Proto.WRITE ? in.readNBytes(length) : null);
                requests.add(r);
                if (type == Proto.DISC) {
                    return;
                }
                if (!hook.answer(this, r)) {
                    answer(r);
                }
            }
        }

        /** The right answer. */
        void answer(Request r) throws IOException {
            int from = (int) r.offset();
            synchronized (disk) {
                switch (r.type()) {
                    case Proto.READ -> {
                        data(r, Arrays.copyOfRange(disk, from, from + r.length()));
                        return;
                    }
                    case Proto.WRITE -> System.arraycopy(r.data(), 0, disk, from, r.length());
                    case Proto.WRITE_ZEROES -> Arrays.fill(disk, from, from + r.length(), (byte) 0);
                    case Proto.BLOCK_STATUS -> {
                        chunk(r, 1, Proto.CHUNK_BLOCK_STATUS, ByteBuffer.allocate(12).putInt(7).putInt(r.length()).putInt(0).array());
                        return;
                    }
                    default -> {
                        // nothing to do
                    }
                }
            }
            simple(r, 0);
        }

        /** Holes as holes, data in two pieces, the second one first. */
        private void data(Request r, byte[] bytes) throws IOException {
            if (!structuredNow) {
                synchronized (out) {
                    simple(r, 0);
                    out.write(bytes);
                }
                return;
            }
            boolean zero = true;
            for (byte b : bytes) {
                zero &= b == 0;
            }
            if (zero) {
                chunk(r, 1, Proto.CHUNK_OFFSET_HOLE, ByteBuffer.allocate(12).putLong(r.offset()).putInt(r.length()).array());
                return;
            }
            int half = bytes.length / 2;
            chunk(r, half == 0 ? 1 : 0, Proto.CHUNK_OFFSET_DATA, content(r.offset() + half, bytes, half, bytes.length));
            if (half > 0) {
                chunk(r, 1, Proto.CHUNK_OFFSET_DATA, content(r.offset(), bytes, 0, half));
            }
        }

        void simple(Request r, int error) throws IOException {
            synchronized (out) {
                out.write(ByteBuffer.allocate(16).putInt(Proto.SIMPLE_REPLY).putInt(error).putLong(r.cookie()).array());
            }
        }

        void chunk(Request r, int chunkFlags, int type, byte... payload) throws IOException {
            synchronized (out) {
                out.write(ByteBuffer.allocate(20 + payload.length).putInt(Proto.STRUCTURED_REPLY).putShort((short) chunkFlags)
                        .putShort((short) type).putLong(r.cookie()).putInt(payload.length).put(payload).array());
            }
        }
    }

    static byte[] content(long offset, byte[] bytes, int from, int to) {
        return ByteBuffer.allocate(8 + to - from).putLong(offset).put(bytes, from, to - from).array();
    }

    /** All requests of one type. */
    List<Request> of(int type) {
        List<Request> found = new ArrayList<>(requests);
        found.removeIf(r -> r.type() != type);
        return found;
    }
}
