package dev.sluice.api;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A piece of direct memory that the core owns and counts references of. It starts with one reference, that of the
 * layer that asked for it; the memory is used again only when the last reference has gone, which may be long after a
 * close or a swap, because replies that are being sent hold references as well. May be handed over in a swap.
 */
@ProviderType
public interface Lease extends AutoCloseable {
    /** The whole memory; callers use {@code duplicate()} or absolute access, and never after their {@link #close()}. */
    ByteBuffer memory();

    /** Takes one more reference, to be given back with {@link #close()}. */
    Lease retain();

    /** Gives one reference back. */
    @Override
    void close();
}
