package dev.sluice.core.transmission;

import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.Text;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Holds what the server said against what the client said, with a reading of the specification and a disk of its own: one
 * reply to each request, in order, as one thread gives them; the right bytes; every chunk well formed.
 */
final class TransmissionCheck {
    private static final int FUA = 1;
    private static final int NO_HOLE = 2;
    private static final int DF = 4;
    private static final int REQ_ONE = 8;
    private static final int FAST = 16;
    private static final int PAYLOAD = 32;
    private static final long MOST = 64L << 20;
    private final boolean structured;
    private final boolean extended;
    private final int contexts;
    private final FuzzDisk.Ability ability;
    private final ByteBuffer in;
    private final ByteBuffer out;
    private final byte[] model = new byte[FuzzDisk.SIZE];
    // of the request that is looked at
    private int flags;
    private int type;
    private long cookie;
    private long offset;
    private long length;
    private ByteBuffer payload;

    TransmissionCheck(boolean structured, boolean extended, int contexts, FuzzDisk.Ability ability, byte[] said, ByteBuffer out) {
        this.structured = structured || extended;
        this.extended = extended;
        this.contexts = contexts;
        this.ability = ability;
        this.in = ByteBuffer.wrap(said);
        this.out = out;
    }

    /** Fails with the number of the request whose reply is wrong. */
    void check(byte[] disk) {
        int number = 0;
        try {
            while (next()) {
                reply();
                number++;
            }
            Check.that(!out.hasRemaining(), () -> out.remaining() + " bytes of replies too many");
            Check.same(-1, Arrays.mismatch(model, disk), "the first byte of the disk that is wrong");
        } catch (RuntimeException | Error e) {
            throw new AssertionError("request " + number + ", type " + type + " flags " + flags + " " + length + " at " + offset + ": "
                    + e.getMessage(), e);
        }
    }

    /** Takes a whole request; false at the end of what is answered. */
    private boolean next() {
        int header = extended ? 32 : 28;
        if (in.remaining() < header || in.getInt() != (extended ? 0x21e41c71 : 0x25609513)) {
            return false;
        }
        flags = in.getShort() & 0xffff;
        type = in.getShort() & 0xffff;
        cookie = in.getLong();
        offset = in.getLong();
        length = extended ? in.getLong() : Integer.toUnsignedLong(in.getInt());
        long behind = type == 1 && !extended || extended && (flags & PAYLOAD) != 0 ? length : 0;
        if (type == 2 || behind < 0 || behind > in.remaining()) {
            return false;
        }
        payload = in.slice().limit((int) behind);
        in.position(in.position() + (int) behind);
        return true;
    }

    private boolean inside() {
        return offset >= 0 && length > 0 && length <= FuzzDisk.SIZE && offset <= FuzzDisk.SIZE - length;
    }

    private boolean healthy() {
        return offset + length <= FuzzDisk.BROKEN;
    }

    private boolean flagsAre(int allowed) {
        return (flags & ~allowed) == 0;
    }

    /** Whether the request must succeed; what is not one that must may still fail only with an error. */
    private boolean valid() {
        boolean writable = ability != FuzzDisk.Ability.READ_ONLY;
        boolean all = ability == FuzzDisk.Ability.ALL;
        return switch (type) {
            case 0 -> flagsAre(FUA | (structured ? DF : 0)) && inside() && healthy();
            case 1 -> writable && flagsAre(FUA | (extended ? PAYLOAD : 0)) && extended == ((flags & PAYLOAD) != 0) && inside() && healthy();
            case 3 -> writable && flagsAre(FUA) && offset == 0 && length == 0;
            case 4 -> all && flagsAre(FUA) && inside() && healthy();
            case 5 -> flagsAre(FUA) && inside() && healthy();
            case 6 -> writable && flagsAre(FUA | NO_HOLE | FAST) && inside() && healthy() && (flags & FAST) == 0;
            case 7 -> contexts > 0 && flagsAre(FUA | REQ_ONE) && inside();
            default -> false;
        };
    }

    private void reply() {
        boolean valid = valid();
        Check.that(out.hasRemaining(), () -> "there is no reply");
        int error;
        if (structured && (extended || out.getInt(out.position()) == 0x668e33ef)) {
            error = chunks();
        } else {
            error = simple();
        }
        Check.that(!valid || error == 0, () -> "a valid request failed with " + error);
        Check.that(error == 0 || Arrays.asList(1, 5, 12, 22, 28, 75, 95).contains(error), () -> "the error " + error);
        if (error == 0) {
            Check.that(mayWork(), () -> "it succeeded");
            apply();
        }
    }

    /** What must not succeed. */
    private boolean mayWork() {
        boolean writable = ability != FuzzDisk.Ability.READ_ONLY;
        return switch (type) {
            case 0, 5 -> inside() && healthy();
            case 1, 4, 6 -> writable && inside() && healthy();
            case 3 -> true;
            case 7 -> contexts > 0 && (inside() || (flags & PAYLOAD) != 0);
            default -> false;
        };
    }

    private void apply() {
        if (type == 1) {
            payload.get(model, (int) offset, (int) length);
        } else if (type == 4 || type == 6) {
            Arrays.fill(model, (int) offset, (int) (offset + length), (byte) 0);
        }
    }

    private int simple() {
        Check.that(out.remaining() >= 16 && out.getInt() == 0x67446698, () -> "no simple reply");
        int error = out.getInt();
        Check.same(cookie, out.getLong(), "the cookie");
        Check.that(!structured || type != 0 && type != 7, () -> "a simple reply where a structured one must be");
        if (error == 0 && type == 0) {
            Check.that(length <= out.remaining(), () -> "a reply without its bytes");
            data(offset, (int) length);
        }
        Check.that(type != 7 || error != 0, () -> "a simple reply to a status");
        return error;
    }

    private void data(long from, int n) {
        Check.that(n > 0 && from >= 0 && from <= model.length - n, () -> n + " bytes at " + from);
        int wrong = out.slice().limit(n).mismatch(ByteBuffer.wrap(model, (int) from, n).slice());
        Check.that(wrong < 0, () -> "the byte at " + (from + wrong) + " is wrong");
        out.position(out.position() + n);
    }

    private int chunks() {
        int error = 0;
        long covered = 0;
        int content = 0;
        int statuses = 0;
        boolean done = false;
        while (!done) {
            Check.that(out.remaining() >= (extended ? 32 : 20) && out.getInt() == (extended ? 0x6e8a278c : 0x668e33ef), () -> "no chunk");
            int chunkFlags = out.getShort();
            int chunk = out.getShort() & 0xffff;
            Check.same(cookie, out.getLong(), "the cookie");
            if (extended) {
                Check.same(offset, out.getLong(), "the offset in the header");
            }
            long size = extended ? out.getLong() : Integer.toUnsignedLong(out.getInt());
            Check.that(size >= 0 && size <= out.remaining() && size <= MOST + 8, () -> "a chunk of " + size);
            Check.that((chunkFlags & ~1) == 0, () -> "flags of a chunk");
            done = (chunkFlags & 1) != 0;
            int end = out.position() + (int) size;
            switch (chunk) {
                case 0 -> Check.that(size == 0 && done, () -> "a chunk with nothing");
                case 1 -> {
                    long at = out.getLong();
                    Check.same(offset + covered, at, "where data begin");
                    data(at, (int) size - 8);
                    covered += size - 8;
                    content++;
                }
                case 2 -> {
                    Check.same(offset + covered, out.getLong(), "where a hole begins");
                    int n = out.getInt();
                    Check.that(n > 0 && covered + n <= length, () -> "a hole of " + n);
                    Check.that(isZero(offset + covered, n), () -> "a hole where there are data");
                    covered += n;
                    content++;
                }
                case 5, 6 -> {
                    Check.same(extended ? 6 : 5, chunk, "the sort of status");
                    status(end, chunk == 6);
                    statuses++;
                }
                case 0x8001 -> error = error();
                default -> throw new AssertionError("a chunk of type " + chunk);
            }
            Check.same(end, out.position(), "the end of a chunk of type " + chunk);
        }
        Check.that(type == 0 || content == 0, () -> "content for something that is no read");
        Check.that(type == 7 || statuses == 0, () -> "status for something else");
        if (error == 0 && type == 0) {
            Check.same(length, covered, "how much was read");
            int pieces = content;
            Check.that((flags & DF) == 0 || pieces == 1, () -> pieces + " pieces although one was asked for");
        }
        if (error == 0 && type == 7 && (flags & PAYLOAD) == 0) {
            Check.same(contexts, statuses, "how many contexts were described");
        }
        return error;
    }

    private int error() {
        int error = out.getInt();
        int n = out.getShort() & 0xffff;
        Check.that(error != 0 && n <= 4096 && n <= out.remaining(), () -> "the error " + error + " with " + n);
        byte[] text = new byte[n];
        out.get(text);
        Check.that(Arrays.equals(text, Text.of(text).getBytes(java.nio.charset.StandardCharsets.UTF_8)), () -> "a text that is not UTF-8");
        return error;
    }

    private void status(int end, boolean wide) {
        int id = out.getInt();
        Check.that(id > 0 && id <= contexts, () -> "the context " + id);
        int expected = wide ? out.getInt() : -1;
        long at = offset;
        int count = 0;
        while (out.position() < end) {
            long n = wide ? out.getLong() : Integer.toUnsignedLong(out.getInt());
            long status = wide ? out.getLong() : Integer.toUnsignedLong(out.getInt());
            Check.that(n > 0 && n <= FuzzDisk.SIZE - at, () -> "an extent of " + n);
            Check.that(id != 1 || status == 0 || status == 3 && isZero(at, (int) n), () -> "a status of " + status);
            at += n;
            count++;
        }
        int extents = count;
        Check.that(count > 0 && (expected < 0 || expected == count), () -> extents + " extents, said to be " + expected);
        if ((flags & REQ_ONE) != 0 && (flags & PAYLOAD) == 0) {
            long described = at;
            Check.that(count == 1 && described <= offset + length,
                    () -> extents + " extents up to " + described + " although one was asked for");
        }
    }

    private boolean isZero(long from, int n) {
        return FuzzDisk.isZero(model, (int) from, (int) from + n);
    }
}
