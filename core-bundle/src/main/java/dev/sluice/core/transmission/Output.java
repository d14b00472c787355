package dev.sluice.core.transmission;

import dev.sluice.api.SharedFile;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.function.Consumer;

/**
 * The way out of one connection. Whoever gets the output sends its own batch and everything that was queued meanwhile;
 * whoever does not get it queues and goes on ({@link Backlog}), so that nobody waits for a socket while holding anything
 * else.
 */
final class Output {
    private static final int GATHER = 64;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

    private final Wire wire;
    private final ReplyEncoder encoder;
    private final Consumer<String> complain;
    /** Held while writing to the socket: the only lock of the core under which a socket is waited for. */
    private final Monitor holder;
    private final Backlog queue;

    // used by the holder only
    private final ByteBuffer[] gather = new ByteBuffer[GATHER];
    private int gathered;
    private final Progress progress = new Progress();
    private long failedAt = -1;
    private String failure;

    /**
     * Nothing to send.
     *
     * @param maxBytes that may wait in any case
     * @param complain for the log, without the name of the connection
     */
    Output(Wire wire, ReplyEncoder encoder, Platform platform, String name, long maxBytes, Consumer<String> complain) {
        this.wire = wire;
        this.encoder = encoder;
        this.complain = complain;
        this.holder = platform.monitor("output of " + name);
        this.queue = new Backlog(platform, name, maxBytes);
    }

    /**
     * Sends a batch, now or soon.
     *
     * @return true if it was sent and is the caller's again, emptied; false if the output has taken it over
     * @throws IOException the connection is broken; the batch is emptied and the caller's
     */
    boolean send(Batch batch) throws IOException {
        if (batch.isEmpty()) {
            batch.reset();
            return true;
        }
        if (holder.tryLock()) {
            try {
                sendQueued();
                append(batch);
                flush();
            } catch (IOException | RuntimeException | Error e) {
                queue.fail();
                throw e;
            } finally {
                gathered = 0;
                batch.reset();
                holder.unlock();
            }
            sendRest();
            return true;
        }
        queue.add(batch);
        sendRest();
        return false;
    }

    /** Whether something waits that others have left. */
    boolean hasQueued() {
        return !queue.isEmpty();
    }

    /** After the output was let go: what was queued in the last moment must not lie there. */
    void sendRest() throws IOException {
        while (!queue.isEmpty() && holder.tryLock()) {
            try {
                sendQueued();
                flush();
            } catch (IOException | RuntimeException | Error e) {
                queue.fail();
                throw e;
            } finally {
                gathered = 0;
                holder.unlock();
            }
        }
    }

    private void sendQueued() throws IOException {
        for (Batch first = queue.take(); first != null; first = queue.take()) {
            try {
                for (Batch b = first; b != null; b = b.next) {
                    append(b);
                }
                flush();
            } finally {
                gathered = 0;
                Backlog.release(first);
            }
        }
    }

    private void append(Batch batch) throws IOException {
        if (queue.isBroken()) {
            throw new IOException("the connection is closed");
        }
        for (int i = 0; i < batch.count(); i++) {
            switch (batch.kind(i)) {
                case Batch.MEMORY -> gather(batch.buffer(i));
                case Batch.FILE -> sendFile(batch, i);
                default -> sendEnd(batch.buffer(i));
            }
        }
    }

    private void gather(ByteBuffer memory) throws IOException {
        if (gathered == GATHER) {
            flush();
        }
        gather[gathered++] = memory;
    }

    private void flush() throws IOException {
        int from = 0;
        if (gathered > 0) {
            progress.begin();
        }
        try {
            while (from < gathered) {
                progress.moved(wire.write(gather, from, gathered - from));
                while (from < gathered && !gather[from].hasRemaining()) {
                    gather[from++] = null;
                }
            }
        } finally {
            progress.end();
        }
        gathered = 0;
    }

    /** For how long a client has not taken its replies, see {@link Progress#stalledNanos}. */
    long stalledNanos(long now) {
        return progress.stalledNanos(now);
    }

    private void sendFile(Batch batch, int i) throws IOException {
        if (wire.copies() && failedAt < 0 && sendMemory(batch.file(i), batch.position(i), batch.length(i))) {
            return;
        }
        flush();
        long at = batch.position(i);
        long left = batch.length(i);
        while (left > 0) {
            long n = failedAt >= 0 ? 0 : transfer(batch, i, at, left);
            if (n <= 0) {
                failedAt(batch.offset(i) + at - batch.position(i), batch.file(i).path() + " has no byte at " + at
                        + " any more, it has become shorter");
                pad(left);
                return;
            }
            at += n;
            left -= n;
        }
    }

    /** False if the range is not memory, or not all of it is there: to look at a hole in a mapping would make pages of it. */
    private boolean sendMemory(SharedFile file, long position, long length) throws IOException {
        MappedByteBuffer first = resident(file, position, length);
        if (first == null) {
            return false;
        }
        // what is longer than what remains of a window ends in the next
        long rest = length - first.remaining();
        MappedByteBuffer second = rest == 0 ? null : resident(file, position + first.remaining(), rest);
        if (rest > 0 && (second == null || second.remaining() < rest)) {
            return false;
        }
        gather(first);
        if (second != null) {
            gather(second);
        }
        return true;
    }

    private MappedByteBuffer resident(SharedFile file, long position, long length) {
        try {
            MappedByteBuffer window = file.window(position);
            if (window == null) {
                return null;
            }
            int start = (int) (position % SharedFile.WINDOW);
            MappedByteBuffer range = window.slice(start, (int) Math.min(window.capacity() - start, length));
            return range.isLoaded() ? range : null;
        } catch (IOException e) {
            // There is no room for one more window: the range is sent as one of a file.
            return null;
        }
    }

    private long transfer(Batch batch, int i, long at, long left) throws IOException {
        progress.begin();
        try {
            long n = wire.transfer(batch.file(i).channel(), at, left);
            progress.moved(n);
            return n;
        } catch (IOException e) {
            // The JDK does not say which side failed; this text is that of EIO, which sockets do not give.
            if ("Input/output error".equals(e.getMessage())) {
                failedAt(batch.offset(i) + at - batch.position(i), batch.file(i).path() + ": " + e.getMessage());
                return 0;
            }
            throw e;
        } finally {
            progress.end();
        }
    }

    private void failedAt(long offset, String text) throws IOException {
        if (failedAt >= 0) {
            return;
        }
        complain.accept("while sending: " + text);
        if (!encoder.canFailInFlight()) {
            throw new IOException(text);
        }
        failedAt = offset;
        failure = text;
    }

    /** The chunk was announced with its length, so it is filled; the error chunk behind it tells that it is worth nothing. */
    private void pad(long length) throws IOException {
        for (long left = length; left > 0; left -= Math.min(left, ZEROES.capacity())) {
            gather(ZEROES.slice(0, (int) Math.min(left, ZEROES.capacity())));
        }
        flush();
    }

    private void sendEnd(ByteBuffer end) throws IOException {
        if (failedAt < 0) {
            gather(end);
            return;
        }
        gather(encoder.failedInFlight(end, failedAt, failure));
        failedAt = -1;
        failure = null;
    }

    /** Whether nobody writes and nothing is queued, at this moment; it stays so while no call is in flight. */
    boolean isQuiet() {
        if (!queue.isEmpty() || !holder.tryLock()) {
            return false;
        }
        holder.unlock();
        return queue.isEmpty();
    }

    /** Keeps others from writing for a moment, without waiting; false if somebody does write. See {@link #letGo}. */
    boolean tryHold() {
        return holder.tryLock();
    }

    /** After {@link #tryHold}; what was queued meanwhile waits for {@link #sendRest}. */
    void letGo() {
        holder.unlock();
    }

    /** Nothing is sent any more; what is queued is given back. The wire is closed before, so nobody writes for long. */
    void close() {
        queue.fail();
        Backlog.release(queue.take());
    }
}
