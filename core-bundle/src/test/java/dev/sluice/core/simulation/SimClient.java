package dev.sluice.core.simulation;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A client: one thread asks, another one takes the answers and holds them against the {@link History}. It knows the
 * protocol from the specification and shares no code with the core.
 */
final class SimClient {
    private static final int FUA = 1;
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int DISC = 2;
    private static final int FLUSH = 3;
    private static final int TRIM = 4;
    private static final int STATUS = 7;
    private static final int ZERO = 6;
    private static final int ESHUTDOWN = 108;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    /** Longest wait for an answer when nothing is slow and nothing changes, in nanoseconds. */
    private static final long CALM_LIMIT = 150_000_000L;
    private static final long STRANDED_LIMIT = 7200_000_000_000L;
    private static final long LIMIT = 300_000_000_000L;

    private final World world;
    private final SimNetwork network;
    private final int number;
    private final Dice dice;
    private final int depth;
    private final long think;
    /** Takes no answer before it has sent all that it wants to have open. */
    private final boolean takesLate;
    private final Map<Long, Asked> asked = new LinkedHashMap<>();
    private SimNetwork.End end;
    private SimThread sender;
    private boolean structured;
    private boolean extended;
    private boolean contexts;
    private boolean canFua;
    private boolean canZero;
    private boolean canTrim;
    private boolean multiConn;
    private boolean cut;
    private boolean gone;
    private boolean senderDone;
    private boolean done;
    private SimThread receiver;
    /** Of one that takes late: it sends, and takes nothing. */
    private boolean filling;
    /** How often the export had been stopped when this client came. */
    private int epoch;

    /** One request that waits for its answer. */
    private static final class Asked {
        final int type;
        final long at;
        final long offset;
        final int length;
        final boolean fua;
        final boolean wrong;
        final int generation;
        final List<History.Write> writes = new ArrayList<>();
        int covered;
        int error = -1;

        Asked(int type, long at, long offset, int length, boolean fua, boolean wrong, int generation) {
            this.generation = generation;
            this.type = type;
            this.at = at;
            this.offset = offset;
            this.length = length;
            this.fua = fua;
            this.wrong = wrong;
        }
    }

    SimClient(World world, SimNetwork network, int number) {
        this.world = world;
        this.network = network;
        this.number = number;
        this.dice = world.dice;
        this.takesLate = world.weather.plenty && dice.once(4);
        this.depth = takesLate ? dice.of(3, 16) : dice.of(1, 1, 3, 16, 64);
        this.think = takesLate ? 0 : dice.of(0L, 0L, 100_000L, 3_000_000L, 300_000_000L);
        this.filling = takesLate;
    }

    private boolean ended() {
        return world.isStopping() || world.epoch != epoch;
    }

    boolean isDone() {
        return done;
    }

    void start() {
        world.scheduler.start("client " + number, this::send);
    }

    private void send() {
        sender = (SimThread) Thread.currentThread();
        try {
            for (int tries = 0; !connect(); tries++) {
                if (tries == 20) {
                    done = true;
                    return;
                }
                world.sleep(dice.spread(1_000_000, 2_000_000_000L));
            }
            world.scheduler.start("client " + number + " receives", this::receive);
            requests();
            finish();
        } catch (IOException e) {
            broken(e);
        }
        take();
        senderDone = true;
        done = gone;
    }

    private void broken(IOException e) {
        world.note("client " + number + ": " + e);
        world.check(cut || ended() || gone, "client " + number + " lost its connection, and nobody has ended it: " + e);
        end.cut(true);
    }

    /** From now on answers are taken. */
    private void take() {
        filling = false;
        if (receiver != null) {
            world.scheduler.ready(receiver);
        }
    }

    private void write(ByteBuffer b) throws IOException {
        while (b.hasRemaining()) {
            end.out.write(b);
        }
    }

    private ByteBuffer read(int n) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(n);
        while (b.hasRemaining()) {
            if (end.in.read(b, true) < 0) {
                throw new EOFException("the server has ended the connection" + (b.position() > 0 ? " in the middle" : ""));
            }
        }
        return b.flip();
    }

    /** False if the export is not there now. */
    private boolean connect() throws IOException {
        epoch = world.epoch;
        end = network.connect();
        if (end == null) {
            world.check(world.isStopping(), "nobody listens");
            return false;
        }
        try {
            ByteBuffer greeting = read(18);
            world.check(greeting.getLong() == 0x4e42444d41474943L, "the greeting is none");
            write(ByteBuffer.allocate(4).putInt(3).flip());
            structured = dice.once(2) && option(8, new byte[0]);
            extended = dice.once(3) && option(11, new byte[0]);
            structured |= extended;
            contexts = structured && dice.once(2) && option(10, metaContext());
            if (!option(7, go())) {
                end.cut(false);
                return false;
            }
            world.note("client " + number + " is connected" + (structured ? ", structured" : "") + (extended ? ", extended" : ""));
            return true;
        } catch (IOException e) {
            world.check(world.disturbed || ended() || world.weather.refuseThreadOnce > 0 || world.weather.bufferBytes < 32 << 20,
                    "client " + number + " was not let in: " + e);
            end.cut(true);
            return false;
        }
    }

    private static byte[] go() {
        return ByteBuffer.allocate(4 + 4 + 2).putInt(4).put("disk".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0).array();
    }

    private static byte[] metaContext() {
        byte[] name = "base:allocation".getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(4 + 4 + 4 + 4 + name.length).putInt(4).put("disk".getBytes(StandardCharsets.US_ASCII)).putInt(1)
                .putInt(name.length).put(name).array();
    }

    private boolean option(int code, byte[] data) throws IOException {
        write(ByteBuffer.allocate(16 + data.length).putLong(0x49484156454f5054L).putInt(code).putInt(data.length).put(data).flip());
        while (true) {
            ByteBuffer header = read(20);
            world.check(header.getLong() == 0x3e889045565a9L && header.getInt() == code, "an option's reply is none");
            int type = header.getInt();
            ByteBuffer payload = read(header.getInt());
            if (type < 0) {
                String text = StandardCharsets.UTF_8.decode(payload).toString();
                world.note("client " + number + ": option " + code + " refused: " + text);
                world.check(code != 7 || world.disturbed || ended(), "the export is refused: " + text);
                return false;
            }
            if (type == 3 && payload.getShort() == 0) {
                long size = payload.getLong();
                world.check(size == (long) world.weather.blocks * world.weather.block, "the export has " + size + " bytes");
                int flags = payload.getShort();
                canFua = (flags & 1 << 3) != 0;
                canTrim = (flags & 1 << 5) != 0;
                canZero = (flags & 1 << 6) != 0;
                multiConn = (flags & 1 << 8) != 0;
            }
            if (type == 1) {
                return true;
            }
        }
    }

    private void requests() throws IOException {
        for (int i = 0; i < world.weather.requests; i++) {
            if (gone) {
                return;
            }
            if (dice.once(world.weather.cutOnce)) {
                world.note("client " + number + " goes without a word");
                cut = true;
                end.cut(dice.once(2));
                return;
            }
            if (asked.size() >= depth) {
                take();
                while (asked.size() >= (takesLate ? 1 : depth) && !gone) {
                    world.scheduler.block("answers", -1);
                }
                filling = takesLate;
            }
            if (think > 0) {
                world.sleep(dice.spread(1, think));
            }
            if (!gone) {
                request();
            }
        }
    }

    /** Says good-bye when all is answered; or before, as some do. */
    private void finish() throws IOException {
        take();
        if (cut) {
            return;
        }
        while (!asked.isEmpty() && !gone) {
            world.scheduler.block("the last answers", -1);
        }
        if (!gone) {
            cut = true;
            if (dice.once(3)) {
                end.cut(false);
            } else {
                write(header(DISC, 0, 0, 0, 0).flip());
            }
        }
    }

    private void request() throws IOException {
        Weather w = world.weather;
        int block = w.block;
        int kind = dice.below(12);
        int type = kind < 5 ? READ : kind < 9 ? WRITE : kind < 10 ? FLUSH : dice.once(2) && canTrim ? TRIM : canZero ? ZERO : WRITE;
        if (contexts && dice.once(15)) {
            type = STATUS;
        }
        int count = 1 + dice.below(dice.once(4) ? w.blocks : Math.min(4, w.blocks));
        int first = dice.below(w.blocks - count + 1);
        boolean wrong = type != FLUSH && dice.once(40);
        boolean fua = canFua && type != READ && type != FLUSH && type != STATUS && dice.once(4);
        long offset = type == FLUSH ? 0 : (long) first * block + (wrong ? (long) w.blocks * block : 0);
        int length = type == FLUSH ? 0 : count * block;
        long id = world.nextRequest();
        Asked a = new Asked(type, world.scheduler.now(), offset, length, fua, wrong, world.history.generation());
        ByteBuffer message = header(type, fua ? FUA : 0, id, offset, length);
        if (type == WRITE) {
            message = payload(message, id, count);
        }
        if (!wrong && (type == WRITE || type == TRIM || type == ZERO)) {
            for (int i = 0; i < count; i++) {
                a.writes.add(world.history.asked(first + i, type == WRITE ? id << 12 | i : 0, number, world.scheduler.now()));
            }
        }
        world.note("client " + number + " asks " + id + ": type " + type + (fua ? " fua" : "") + " blocks " + first + "+" + count
                + (wrong ? " beyond the end" : ""));
        asked.put(id, a);
        write(message.flip());
    }

    private ByteBuffer payload(ByteBuffer message, long id, int count) {
        ByteBuffer whole = ByteBuffer.allocate(message.position() + count * world.weather.block).put(message.flip());
        for (int i = 0; i < count; i++) {
            for (int at = 0; at < world.weather.block; at += 8) {
                whole.putLong(id << 12 | i);
            }
        }
        return whole;
    }

    private ByteBuffer header(int type, int flags, long id, long offset, long length) {
        int more = extended && type == WRITE ? 1 << 5 : 0;
        ByteBuffer b = ByteBuffer.allocate(extended ? 32 : 28).putInt(extended ? 0x21e41c71 : 0x25609513)
                .putShort((short) (flags | more)).putShort((short) type).putLong(id).putLong(offset);
        return extended ? b.putLong(length) : b.putInt((int) length);
    }

    private void receive() {
        receiver = (SimThread) Thread.currentThread();
        try {
            while (true) {
                while (filling) {
                    world.scheduler.block("its own sending", -1);
                }
                answer();
                world.scheduler.ready(sender);
            }
        } catch (IOException e) {
            boolean right = cut || ended();
            if (!right) {
                world.scheduler.fail("client " + number + " lost its connection with " + asked.size()
                        + " requests open, and nobody has ended it: " + e, null);
            }
            world.note("client " + number + " has no connection any more, " + asked.size() + " requests are open: " + e.getMessage());
        }
        gone = true;
        done = senderDone;
        world.scheduler.ready(sender);
    }

    private void answer() throws IOException {
        ByteBuffer magic = read(4);
        switch (magic.getInt()) {
            case 0x67446698 -> {
                ByteBuffer h = read(12);
                int error = h.getInt();
                long id = h.getLong();
                Asked a = find(id);
                world.check(!extended && (!structured || a.type != READ), "a simple reply where there can be none");
                if (error == 0 && a.type == READ) {
                    data(a, read(a.length), a.offset);
                }
                finished(id, a, error);
            }
            case 0x668e33ef -> chunk(read(16), structured && !extended);
            case 0x6e8a278c -> chunk(read(28), extended);
            default -> world.scheduler.fail("an answer begins with 0x" + Integer.toHexString(magic.getInt(0)), null);
        }
    }

    private Asked find(long id) {
        Asked a = asked.get(id);
        world.check(a != null, "an answer to " + id + ", which is not open: it was answered before, or never asked");
        return a;
    }

    private void chunk(ByteBuffer h, boolean agreed) throws IOException {
        world.check(agreed, "a chunk that was not agreed on");
        int flags = h.getShort();
        int type = Short.toUnsignedInt(h.getShort());
        long id = h.getLong();
        Asked a = find(id);
        if (extended) {
            h.getLong();
        }
        int length = (int) (extended ? h.getLong() : h.getInt());
        ByteBuffer payload = read(length);
        switch (type) {
            case 0 -> world.check((flags & 1) != 0, "an empty chunk in the middle");
            case 1 -> data(a, payload, payload.getLong());
            case 2 -> {
                long offset = payload.getLong();
                data(a, ByteBuffer.allocate(payload.getInt()), offset);
            }
            case 5, 6 -> world.check(a.type == STATUS, "extents nobody has asked for");
            default -> {
                world.check(type >= 0x8001, "a chunk of type " + type);
                a.error = payload.getInt();
            }
        }
        if ((flags & 1) != 0) {
            finished(id, a, Math.max(0, a.error));
        }
    }

    /** Bytes of a read: every block must be one that can be there. */
    private void data(Asked a, ByteBuffer bytes, long at) {
        int block = world.weather.block;
        world.check(a.type == READ && at >= a.offset && at + bytes.remaining() <= a.offset + a.length, "data nobody has asked for");
        a.covered += bytes.remaining();
        if (a.generation != world.history.generation()) {
            return;
        }
        for (long o = at; bytes.remaining() >= 8; o += 8) {
            long value = bytes.getLong();
            if (o % block == 0 || o == at) {
                String why = world.history.whyNot((int) (o / block), value, a.at);
                world.check(why == null, "client " + number + " reads: " + why);
                world.history.seen((int) (o / block), value, world.scheduler.now());
            } else {
                world.check(value == bytes.getLong(bytes.position() - 16), "a block that is torn");
            }
        }
    }

    private void finished(long id, Asked a, int error) {
        asked.remove(id);
        long now = world.scheduler.now();
        long took = now - a.at;
        world.note("client " + number + " has the answer to " + id + ": " + error);
        long limit = world.weather.calm ? CALM_LIMIT + allowance() : world.stranded ? STRANDED_LIMIT : LIMIT;
        world.check(took <= limit, "request " + id + " took " + took / 1000 + " us");
        if (error == ESHUTDOWN) {
            world.check(ended(), "request " + id + " got ESHUTDOWN, and nothing is being stopped");
        } else if (a.wrong) {
            world.check(error == (a.type == READ || a.type == TRIM || a.type == STATUS ? EINVAL : ENOSPC),
                    "request " + id + " of type " + a.type + " beyond the end got error " + error);
        }
        if (error != 0) {
            world.check(a.wrong || error == ESHUTDOWN || mayFail(), "request " + id + " failed with " + error + ", and nothing fails here");
            a.writes.forEach(w -> {
                w.answered = now;
                // A call that was cancelled may have had its effect; one that was never made must not.
                w.refused = error == ESHUTDOWN && w.value != 0 && world.refuse(w.value);
            });
            return;
        }
        world.check(!a.wrong, "request " + id + " beyond the end succeeded");
        if (a.type == READ) {
            world.check(a.covered == a.length, "a read of " + a.length + " bytes was answered with " + a.covered);
        }
        if (a.generation != world.history.generation()) {
            return;
        }
        for (History.Write w : a.writes) {
            w.answered = now;
            w.sure = a.type != TRIM;
            w.durable = w.sure && a.fua;
            if (w.value != 0) {
                world.checkEffect(w.value);
            }
        }
        if (a.type == FLUSH) {
            world.history.flushed(a.at, number, multiConn);
        }
        if (a.type == FLUSH || a.fua) {
            world.checkStable();
        }
    }

    private boolean mayFail() {
        Weather w = world.weather;
        return w.errorOnce > 0 || w.stuck || w.bufferBytes < 32 << 20 || world.disturbed;
    }

    /** What slow calls and a slow wire add up to, at most, with all requests of all clients one after the other. */
    private long allowance() {
        Weather w = world.weather;
        return w.slow * depth * w.clients;
    }
}
