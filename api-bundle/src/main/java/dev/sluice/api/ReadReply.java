package dev.sluice.api;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes the description of what a read returns, in order, until its length is covered; the core sends it. Not for use
 * by several threads, and not after the {@link NbdDevice#read} it was given to has returned.
 *
 * <p>A simple device does {@code fill(reply.buffer(length))}. A device that knows where its bytes lie describes them
 * and no byte is copied.
 */
@ProviderType
public interface ReadReply {
    /** How many bytes are still to be described; those of a buffer that is not yet filled count as such. */
    int remaining();

    /**
     * Takes back what was described since {@link #remaining()} was this; how a filter tries a read again.
     *
     * @param remaining what {@link #remaining()} has answered before
     */
    void rewind(int remaining);

    /**
     * The next {@code length} bytes will stand in this buffer. The device must fill it to its limit (with relative
     * puts or a channel's read) before it describes more or returns; otherwise the read fails with EIO, because stale
     * bytes must not reach a client.
     *
     * @param length 1 .. {@link #remaining()}
     * @return a direct buffer, big-endian, with {@code length} bytes remaining; its position need not be 0, its limit
     *     must not be changed
     * @throws NbdException with {@link NbdError#ENOMEM} if no memory became free in time
     */
    ByteBuffer buffer(int length) throws NbdException;

    /**
     * The next {@code length} bytes are zero; sent as a hole where the client understands that.
     *
     * @param length 1 .. {@link #remaining()}
     */
    void zeroes(int length) throws NbdException;

    /**
     * The next bytes lie in leased memory: the core holds a reference until they are sent. They must not change
     * meanwhile in a way that the client must not see.
     *
     * @param length 1 .. {@link #remaining()}
     */
    void lease(Lease lease, int position, int length) throws NbdException;

    /**
     * The next bytes are a range of a shared file: the core holds a reference until they are sent, without a copy
     * where the platform allows.
     *
     * @param position in the file, in bytes
     * @param length 1 .. {@link #remaining()}
     */
    void file(SharedFile file, long position, int length) throws NbdException;
}
