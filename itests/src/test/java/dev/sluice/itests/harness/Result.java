package dev.sluice.itests.harness;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All that a server answered to one request; while it collects it checks every rule of the specification on the way. */
public final class Result {
    /**
     * A chunk, or a simple reply as a chunk of type -1.
     *
     * @param type chunk type
     * @param offset of content chunks, else -1
     * @param length of content chunks, else 0
     */
    public record Chunk(int type, long offset, long length) {
    }

    /**
     * One descriptor of a block status.
     *
     * @param length in bytes
     * @param status what the context defines
     */
    public record Extent(long length, long status) {
    }

    private final int type;
    private final int flags;
    private final long offset;
    private final long length;
    private final byte[] data;
    private final BitSet covered = new BitSet();
    private final List<Chunk> chunks = new ArrayList<>();
    private final Map<Integer, List<Extent>> statuses = new LinkedHashMap<>();
    private int error;
    private long errorOffset = -1;
    private String message = "";
    private boolean simple;
    private boolean complete;

    Result(int type, int flags, long offset, long length) {
        this.type = type;
        this.flags = flags;
        this.offset = offset;
        this.length = length;
        data = type == Wire.READ && length <= 128 * Wire.MIB ? new byte[(int) length] : new byte[0];
    }

    int type() {
        return type;
    }

    long offset() {
        return offset;
    }

    boolean complete() {
        return complete;
    }

    void simple(int code, RawNbdClient client) throws java.io.IOException {
        simple = true;
        error = code;
        complete = true;
        chunks.add(new Chunk(-1, -1, 0));
        if (type == Wire.READ && code == 0) {
            client.channel().read(ByteBuffer.wrap(data));
        }
    }

    void chunk(int chunkFlags, int chunkType, ByteBuffer payload, int... contexts) {
        check((chunkFlags & ~Wire.DONE) == 0, "reply flags 0x" + Integer.toHexString(chunkFlags) + " has unknown bits");
        boolean done = (chunkFlags & Wire.DONE) != 0;
        switch (chunkType) {
            case Wire.CHUNK_NONE -> {
                check(payload.remaining() == 0, "a NONE chunk with a payload");
                check(done, "a NONE chunk without DONE");
                chunks.add(new Chunk(chunkType, -1, 0));
            }
            case Wire.CHUNK_DATA -> content(chunkType, payload);
            case Wire.CHUNK_HOLE -> content(chunkType, payload);
            case Wire.CHUNK_STATUS, Wire.CHUNK_STATUS_EXT -> status(chunkType, payload, contexts);
            case Wire.CHUNK_ERROR, Wire.CHUNK_ERROR_OFFSET -> error(chunkType, payload);
            default -> throw new AssertionError("unknown chunk type 0x" + Integer.toHexString(chunkType));
        }
        if (done) {
            complete = true;
            if (error == 0) {
                successIsWhole(contexts.length);
            }
        }
    }

    private void content(int chunkType, ByteBuffer payload) {
        check(type == Wire.READ, "a content chunk for command " + type);
        long at = payload.getLong();
        long count;
        if (chunkType == Wire.CHUNK_HOLE) {
            check(payload.remaining() == 4, "a hole chunk of " + (payload.remaining() + 8) + " bytes");
            count = payload.getInt() & 0xffffffffL;
        } else {
            count = payload.remaining();
        }
        check(count > 0, "a content chunk without content");
        check(at >= offset && at + count <= offset + length, "content " + at + "+" + count + " outside the request");
        int from = (int) (at - offset);
        int to = (int) (at - offset + count);
        int taken = covered.nextSetBit(from);
        check(taken < 0 || taken >= to, "content at " + at + " was sent before");
        check(errorOffset < at || errorOffset >= at + count, "content at " + at + " covers an offset that failed");
        covered.set(from, to);
        if (chunkType == Wire.CHUNK_DATA) {
            payload.get(data, from, (int) count);
        }
        if ((flags & Wire.DF) != 0) {
            check(chunkType == Wire.CHUNK_DATA, "a hole chunk although DF was set");
            check(chunks.stream().noneMatch(c -> c.type() == Wire.CHUNK_DATA), "a second content chunk although DF was set");
        }
        chunks.add(new Chunk(chunkType, at, count));
    }

    private void status(int chunkType, ByteBuffer payload, int... contexts) {
        check(type == Wire.BLOCK_STATUS, "a status chunk for command " + type);
        int id = payload.getInt();
        check(IntStream.of(contexts).anyMatch(c -> c == id), "a status of context " + id + ", which was not selected");
        boolean wide = chunkType == Wire.CHUNK_STATUS_EXT;
        if (wide) {
            int count = payload.getInt();
            check(count * 16L == payload.remaining(), count + " descriptors announced in " + payload.remaining() + " bytes");
        }
        check(payload.remaining() > 0 && payload.remaining() % (wide ? 16 : 8) == 0, "a status chunk of odd length");
        List<Extent> extents = new ArrayList<>();
        long sum = 0;
        while (payload.hasRemaining()) {
            check(sum < length, "a descriptor behind the end of the request");
            Extent e = wide ? new Extent(payload.getLong(), payload.getLong())
                    : new Extent(payload.getInt() & 0xffffffffL, payload.getInt() & 0xffffffffL);
            check(e.length() > 0, "a descriptor of length " + e.length());
            check(extents.isEmpty() || extents.get(extents.size() - 1).status() != e.status(), "two neighbours with the same status");
            extents.add(e);
            sum += e.length();
        }
        if ((flags & Wire.REQ_ONE) != 0) {
            check(extents.size() == 1, extents.size() + " descriptors although REQ_ONE was set");
            check(sum <= length, "a descriptor longer than the request although REQ_ONE was set");
        }
        check(extents.size() <= 1 << 20, extents.size() + " descriptors");
        check(statuses.put(id, extents) == null, "a second status chunk for context " + id);
        chunks.add(new Chunk(chunkType, -1, 0));
    }

    private void error(int chunkType, ByteBuffer payload) {
        int code = payload.getInt();
        int count = payload.getShort() & 0xffff;
        check(code != 0, "an error chunk with error 0");
        check(count <= 4096, "an error text of " + count + " bytes");
        int tail = chunkType == Wire.CHUNK_ERROR_OFFSET ? 8 : 0;
        check(payload.remaining() == count + tail, "an error chunk whose lengths do not add up");
        ByteBuffer text = payload.slice(payload.position(), count);
        try {
            message = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("an error text that is not UTF-8", e);
        }
        check(message.indexOf(0) < 0, "an error text with a zero byte");
        if (tail != 0) {
            errorOffset = payload.getLong(payload.position() + count);
            check(errorOffset >= offset && errorOffset < offset + length, "error offset " + errorOffset + " outside the request");
        }
        if (error == 0) {
            error = code;
        }
        chunks.add(new Chunk(chunkType, errorOffset, 0));
    }

    private void successIsWhole(int contexts) {
        if (type == Wire.READ) {
            check(covered.cardinality() == length, "success, but only " + covered.cardinality() + " of " + length + " bytes were sent");
        } else if (type == Wire.BLOCK_STATUS) {
            check(statuses.size() == contexts, "success with " + statuses.size() + " status chunks for " + contexts + " contexts");
        }
    }

    private void check(boolean good, String otherwise) {
        if (!good) {
            throw new AssertionError("breach of the specification: " + otherwise + " (" + this + ")");
        }
    }

    /** The error, or 0. */
    public int error() {
        return error;
    }

    /** The text of the error; empty if none was sent. */
    public String message() {
        return message;
    }

    /** Where it failed according to ERROR_OFFSET; -1 if it was not told. */
    public long errorOffset() {
        return errorOffset;
    }

    /** Whether it was a simple reply. */
    public boolean isSimple() {
        return simple;
    }

    /** The chunks in order. */
    public List<Chunk> chunks() {
        return chunks;
    }

    /** How many chunks of this type came. */
    public long count(int chunkType) {
        return chunks.stream().filter(c -> c.type() == chunkType).count();
    }

    /** The bytes read; fails if the request failed. */
    public byte[] data() {
        ok();
        return data;
    }

    /** The bytes that came, even if the request failed. */
    public byte[] partialData() {
        return data;
    }

    /** How many bytes came as data or holes. */
    public int coveredBytes() {
        return covered.cardinality();
    }

    /** The extents of a context; fails if the request failed. */
    public List<Extent> extents(int contextId) {
        ok();
        return statuses.get(contextId);
    }

    /** The ids of all contexts that were described. */
    public java.util.Set<Integer> contextIds() {
        return statuses.keySet();
    }

    /** Fails unless the request succeeded. */
    public Result ok() {
        if (error != 0) {
            throw new AssertionError("the request failed: " + this);
        }
        return this;
    }

    @Override
    public String toString() {
        return "command " + type + " flags " + flags + " at " + offset + "+" + length + ": error " + error
                + (message.isEmpty() ? "" : " '" + message + "'") + (chunks.size() > 8 ? ", " + chunks.size() + " chunks" : " " + chunks);
    }
}
