package dev.sluice.core.chain;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.metrics.Observers;
import dev.sluice.core.util.Complaints;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import java.nio.file.Path;

/**
 * What all layers share.
 *
 * @param platform clock, threads, waiting
 * @param buffers direct memory
 * @param files open files
 * @param workers threads for what may block
 * @param timers for what comes later
 * @param temporaryDirectory for files of layers
 * @param shutdown asks the server to stop
 * @param observers who is told of slow requests, swaps and changes
 * @param complaints for warnings that clients cause
 */
public record Services(Platform platform, BufferPool buffers, Files files, Workers workers, Timers timers, Path temporaryDirectory,
        Runnable shutdown, Observers observers, Complaints complaints) {
    /** With complaints of its own. */
    public Services(Platform platform, BufferPool buffers, Files files, Workers workers, Timers timers, Path temporaryDirectory,
            Runnable shutdown, Observers observers) {
        this(platform, buffers, files, workers, timers, temporaryDirectory, shutdown, observers, new Complaints(platform, timers));
    }

    /** Without observers. */
    public Services(Platform platform, BufferPool buffers, Files files, Workers workers, Timers timers, Path temporaryDirectory,
            Runnable shutdown) {
        this(platform, buffers, files, workers, timers, temporaryDirectory, shutdown, new Observers());
    }
}
