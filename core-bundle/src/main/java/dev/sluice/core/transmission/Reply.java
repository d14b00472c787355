package dev.sluice.core.transmission;

import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.PooledBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a read describes, piece by piece, before it is encoded into a batch by {@link ReplyEncoder}. Small pieces are
 * offered right where they will stand in the batch's arena, with room for the header in front of the first one; so the
 * common reply, one small piece, is never moved. Reused; not for use by several threads.
 */
final class Reply implements ReadReply {
    /** Pieces up to this size stand in the arena; larger ones get memory of their own. */
    static final int ARENA_PIECE = 64 << 10;

    static final byte ARENA = 0;
    static final byte OWN = 1;
    static final byte LEASE = 2;
    static final byte RANGE = 3;
    static final byte ZEROES = 4;

    private final BufferPool pool;
    private Batch batch;
    private int headerRoom;
    private int headerAt;
    private PooledBuffer headerArena;
    private int total;
    private int described;

    private int count;
    private byte[] kinds = new byte[4];
    private Object[] refs = new Object[4];
    private long[] positions = new long[4];
    private int[] lengths = new int[4];

    private ByteBuffer open;
    private int openStart;
    private int openLength;
    private ByteBuffer view;
    private PooledBuffer viewOf;

    Reply(BufferPool pool) {
        this.pool = pool;
    }

    /** Starts the description of a read. */
    void begin(Batch into, int header, int length) throws NbdException {
        batch = into;
        headerRoom = header;
        total = length;
        described = 0;
        count = 0;
        open = null;
        batch.ensure(header + (length <= ARENA_PIECE ? length : 0));
        headerArena = batch.arena();
        headerAt = batch.used();
        batch.setUsed(headerAt + header);
    }

    @Override
    public int remaining() {
        return total - described - (open == null ? 0 : Math.max(0, Math.min(openLength, open.position() - openStart)));
    }

    @Override
    public void rewind(int remaining) {
        if (open != null && open.position() - openStart == openLength) {
            // Full, so it counts like every other piece.
            described += openLength;
            open = null;
        }
        dropOpen();
        int keep = total - remaining;
        while (described > keep) {
            count--;
            described -= lengths[count];
            dropPiece(count);
        }
    }

    @Override
    public ByteBuffer buffer(int length) throws NbdException {
        check(length);
        ByteBuffer offered;
        // The arena is never changed in the middle of a call: see Batch.splitFinished.
        if (length <= ARENA_PIECE && length <= batch.room()) {
            int at = batch.used();
            batch.setUsed(at + length);
            add(ARENA, batch.arena(), at, length);
            if (viewOf != batch.arena()) {
                viewOf = batch.arena();
                view = viewOf.whole().duplicate();
            }
            offered = view;
            offered.clear().order(ByteOrder.BIG_ENDIAN).limit(at + length).position(at);
        } else {
            PooledBuffer own = pool.lease(length);
            add(OWN, own, 0, length);
            offered = own.memory();
            offered.clear().limit(length);
        }
        described -= length;
        open = offered;
        openStart = offered.position();
        openLength = length;
        return offered;
    }

    @Override
    public void zeroes(int length) throws NbdException {
        check(length);
        add(ZEROES, null, 0, length);
    }

    @Override
    public void lease(Lease lease, int position, int length) throws NbdException {
        check(length);
        java.util.Objects.checkFromIndexSize(position, length, lease.memory().capacity());
        add(LEASE, lease.retain(), position, length);
    }

    @Override
    public void file(SharedFile file, long position, int length) throws NbdException {
        check(length);
        if (position < 0) {
            throw new NbdException(NbdError.EIO, "a range of a file starts at " + position);
        }
        add(RANGE, file.retain(), position, length);
    }

    /** Counts what was put into the buffer offered last; then the length must fit. */
    private void check(int length) throws NbdException {
        settle();
        if (length <= 0 || length > total - described) {
            throw new NbdException(NbdError.EIO, "a read described " + length + " bytes where " + (total - described) + " were left");
        }
    }

    /** The buffer offered last is full, or the read is broken. */
    void settle() throws NbdException {
        if (open != null) {
            int filled = open.position() - openStart;
            if (filled != openLength) {
                throw new NbdException(NbdError.EIO, "a read put " + filled + " bytes into a buffer for " + openLength);
            }
            described += openLength;
            open = null;
        }
    }

    private void add(byte kind, Object ref, long position, int length) {
        if (count == kinds.length) {
            int size = count * 2;
            kinds = Arrays.copyOf(kinds, size);
            refs = Arrays.copyOf(refs, size);
            positions = Arrays.copyOf(positions, size);
            lengths = Arrays.copyOf(lengths, size);
        }
        kinds[count] = kind;
        refs[count] = ref;
        positions[count] = position;
        lengths[count] = length;
        count++;
        described += length;
    }

    private void dropPiece(int i) {
        Object ref = refs[i];
        refs[i] = null;
        if (kinds[i] != ARENA && ref != null) {
            Batch.giveBack((AutoCloseable) ref);
        }
    }

    /** The read failed or its reply will never be sent: gives everything back. */
    void abandon() {
        dropOpen();
        while (count > 0) {
            dropPiece(--count);
        }
        if (batch != null && batch.arena() == headerArena) {
            batch.setUsed(headerAt);
        }
        batch = null;
    }

    private void dropOpen() {
        if (open != null) {
            open = null;
            dropPiece(--count);
        }
    }

    /** The pieces were taken over. */
    void done() {
        Arrays.fill(refs, 0, count, null);
        count = 0;
        batch = null;
    }

    /** Drops what it keeps for use again. */
    void forgetArena() {
        view = null;
        viewOf = null;
    }

    /** Whether the room for the header still lies in the batch's current arena. */
    boolean headerRoomIsCurrent() {
        return batch.arena() == headerArena;
    }

    /** Whether the only piece stands right behind the room for the header. */
    boolean isOneStretch() {
        return count == 1 && kinds[0] == ARENA && refs[0] == headerArena && positions[0] == headerAt + headerRoom && headerRoomIsCurrent();
    }

    int headerAt() {
        return headerAt;
    }

    int headerRoom() {
        return headerRoom;
    }

    int count() {
        return count;
    }

    byte kind(int i) {
        return kinds[i];
    }

    Object ref(int i) {
        return refs[i];
    }

    long position(int i) {
        return positions[i];
    }

    int length(int i) {
        return lengths[i];
    }
}
