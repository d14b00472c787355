package dev.sluice.itests.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** The transmission phase of a {@link RawNbdClient}: requests out, replies in, in any order. */
public final class Session implements AutoCloseable {
    private final RawNbdClient client;
    private final ExportFacts facts;
    private final boolean structured;
    private final boolean extended;
    private final Random cookies = new Random(20260508);
    private final Map<Long, Result> pending = new LinkedHashMap<>();
    private int[] contexts = {};

    Session(RawNbdClient client, ExportFacts facts, boolean structured, boolean extended) {
        this.client = client;
        this.facts = facts;
        this.structured = structured;
        this.extended = extended;
    }

    /** The connection. */
    public RawNbdClient client() {
        return client;
    }

    /** What was told of the export. */
    public ExportFacts facts() {
        return facts;
    }

    /** In bytes. */
    public long size() {
        return facts.size();
    }

    /** The ids of the contexts that were selected: one chunk for each must a block status have. */
    public Session contexts(int... ids) {
        contexts = ids.clone();
        return this;
    }

    /** The id of the first context that was selected. */
    public int contextId() {
        return contexts[0];
    }

    /** Whether extended headers are on. */
    public boolean isExtended() {
        return extended;
    }

    /** The header of a request, as it goes over the wire. */
    public ByteBuffer header(int flags, int type, long cookie, long offset, long length) {
        ByteBuffer b = ByteBuffer.allocate(32);
        b.putInt(extended ? Wire.EXTENDED_REQUEST : Wire.REQUEST);
        b.putShort((short) flags).putShort((short) type).putLong(cookie).putLong(offset);
        if (extended) {
            b.putLong(length);
        } else {
            b.putInt((int) length);
        }
        return b.flip();
    }

    /** Sends a request without a payload; returns its cookie. */
    public long send(int flags, int type, long offset, long length) throws IOException {
        return send(flags, type, offset, length, length, null);
    }

    /**
     * Sends a request.
     *
     * @param effect how many bytes of the disk it is about
     * @param payload sent behind the header, or null
     */
    public long send(int flags, int type, long offset, long length, long effect, byte[] payload) throws IOException {
        long cookie = cookies.nextLong();
        pending.put(cookie, new Result(type, flags, offset, effect));
        ByteBuffer header = header(flags, type, cookie, offset, length);
        if (payload == null) {
            client.channel().write(header);
        } else {
            ByteBuffer all = ByteBuffer.allocate(header.remaining() + payload.length).put(header).put(payload);
            client.channel().write(all.flip());
        }
        return cookie;
    }

    /** Sends a write. */
    public long sendWrite(int flags, long offset, byte[] data) throws IOException {
        return send(flags | (extended ? Wire.PAYLOAD_LEN : 0), Wire.WRITE, offset, data.length, data.length, data);
    }

    /** Remembers a request whose bytes the test sends itself. */
    public long announce(long cookie, int flags, int type, long offset, long length) {
        pending.put(cookie, new Result(type, flags, offset, length));
        return cookie;
    }

    /** Receives one message; returns the cookie it belongs to. */
    public long receiveOne() throws IOException {
        int magic = client.receive(4).getInt();
        if (magic == Wire.SIMPLE_REPLY) {
            return simple();
        }
        if (magic == Wire.STRUCTURED_REPLY && structured && !extended) {
            return chunk(16);
        }
        if (magic == Wire.EXTENDED_REPLY && extended) {
            return chunk(28);
        }
        throw new AssertionError("a reply of a kind that was not negotiated: magic 0x" + Integer.toHexString(magic));
    }

    private long simple() throws IOException {
        if (extended) {
            throw new AssertionError("a simple reply although extended headers are on");
        }
        ByteBuffer b = client.receive(12);
        int error = b.getInt();
        long cookie = b.getLong();
        Result r = take(cookie);
        if (structured && (r.type() == Wire.READ || r.type() == Wire.BLOCK_STATUS)) {
            throw new AssertionError("a simple reply to command " + r.type() + " although structured replies are on");
        }
        r.simple(error, client);
        return cookie;
    }

    private long chunk(int rest) throws IOException {
        ByteBuffer b = client.receive(rest);
        int flags = b.getShort() & 0xffff;
        int type = b.getShort() & 0xffff;
        long cookie = b.getLong();
        Result r = take(cookie);
        long length;
        if (extended) {
            RawNbdClient.expect("offset in an extended reply", r.offset(), b.getLong());
            length = b.getLong();
        } else {
            length = b.getInt() & 0xffffffffL;
        }
        if (length > 65L * Wire.MIB) {
            throw new AssertionError("a chunk of " + length + " bytes");
        }
        r.chunk(flags, type, client.receive((int) length), contexts);
        return cookie;
    }

    private Result take(long cookie) {
        Result r = pending.get(cookie);
        if (r == null) {
            throw new AssertionError("a reply with the unknown cookie 0x" + Long.toHexString(cookie));
        }
        if (r.complete()) {
            throw new AssertionError("a second reply after the last chunk: " + r);
        }
        return r;
    }

    /** Receives until this request is answered; others may be answered on the way. */
    public Result result(long cookie) throws IOException {
        while (!pending.get(cookie).complete()) {
            receiveOne();
        }
        return pending.remove(cookie);
    }

    /** Whether the last chunk for this request was received. */
    public boolean isAnswered(long cookie) {
        return pending.get(cookie).complete();
    }

    /** A request without a payload, and its answer. */
    public Result ask(int flags, int type, long offset, long length) throws IOException {
        return result(send(flags, type, offset, length));
    }

    /** Reads. */
    public Result read(long offset, long length) throws IOException {
        return ask(0, Wire.READ, offset, length);
    }

    /** Writes. */
    public Result write(long offset, byte... data) throws IOException {
        return result(sendWrite(0, offset, data));
    }

    /** Describes. */
    public Result status(int flags, long offset, long length) throws IOException {
        return ask(flags, Wire.BLOCK_STATUS, offset, length);
    }

    /** Fails unless the connection still works. */
    public void stillWorks() throws IOException {
        read(0, 1).ok();
    }

    /** Says goodbye, and fails unless the server closes without another word. */
    public void disconnect() throws IOException {
        client.channel().write(header(0, Wire.DISC, 0, 0, 0));
        client.awaitCloseWithoutAWord();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
