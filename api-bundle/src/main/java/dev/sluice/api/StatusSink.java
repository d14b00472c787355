package dev.sluice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes extents in ascending order and without gaps, the first one covering the offset that was asked for. Equal
 * neighbours are merged; what lies before the offset or behind the end of the device is cut off; the last one may run
 * past the range. Not for use by several threads.
 */
@ProviderType
public interface StatusSink {
    /**
     * One extent.
     *
     * @param offset in bytes, where the one before ended
     * @param length in bytes; zero is ignored
     * @param status what the context defines; for base:allocation any sum of {@link MetaContext#HOLE} and
     *     {@link MetaContext#ZERO}
     * @return whether more is wanted; a layer that stops then saves work
     * @throws NbdException if the rules above are broken
     */
    boolean extent(long offset, long length, long status) throws NbdException;
}
