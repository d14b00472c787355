package dev.sluice.api;

import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the core offers to a layer for as long as it lives. Safe for use by several threads.
 */
@ProviderType
public interface LayerContext {
    /** The export that this layer belongs to: its configured name, {@code *} for a catch-all. For messages. */
    String export();

    /** Direct memory, counted and bounded by the core. */
    Buffers buffers();

    /** Files that the core counts references of. */
    SharedFiles files();

    /** Work in the background. Ends with the layer. */
    Tasks tasks();

    /** Cancelled when the layer must stop. */
    Cancellation cancellation();

    /**
     * How many calls the whole chain takes at once: the strictest of the export's layers. Known when the first device is
     * opened; a live change can make it another one, but not while a request or a task of this layer runs.
     */
    ThreadModel threadModel();

    /** Nanoseconds that only grow; the zero is arbitrary. Use it instead of {@code System.nanoTime()}. */
    LongSupplier clock();

    /** A directory for temporary files of this server. */
    Path temporaryDirectory();

    /** Asks the whole server to stop cleanly, as nbdkit's {@code nbdkit_shutdown}; returns at once. */
    void shutdown();
}
