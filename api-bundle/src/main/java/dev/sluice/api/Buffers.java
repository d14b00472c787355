package dev.sluice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Direct memory, counted against the layer's name and bounded for the whole server. Safe for use by several threads.
 */
@ProviderType
public interface Buffers {
    /**
     * Memory of exactly this size, with unspecified contents, big-endian.
     *
     * @param size in bytes, 1 .. 64 MiB
     * @throws NbdException with {@link NbdError#ENOMEM} if the bound was reached and nothing became free in time
     */
    Lease lease(int size) throws NbdException;

    /**
     * As {@link #lease}, with all bytes zero.
     */
    Lease zeroed(int size) throws NbdException;
}
