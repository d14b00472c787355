package dev.sluice.api.contract;

import dev.sluice.api.LayerContext;
import dev.sluice.api.ThreadModel;
import java.nio.file.Path;

/**
 * What the core offers to a layer, made of parts that a test controls. One for a layer and all its successors, so that
 * leases and files survive a swap as they do in the server.
 */
public final class TestContext implements LayerContext {
    private final Path directory;
    private final ManualClock clock = new ManualClock();
    private final TestBuffers buffers = new TestBuffers();
    private final TestFiles files = new TestFiles();
    private final ManualTasks tasks = new ManualTasks(clock);
    private final ManualCancellation cancellation = new ManualCancellation(clock);
    private volatile boolean shutdown;
    private volatile ThreadModel threadModel = ThreadModel.PARALLEL;

    /** With this directory for temporary files. */
    public TestContext(Path directory) {
        this.directory = directory;
    }

    @Override
    public String export() {
        return "*";
    }

    @Override
    public TestBuffers buffers() {
        return buffers;
    }

    @Override
    public TestFiles files() {
        return files;
    }

    @Override
    public ManualTasks tasks() {
        return tasks;
    }

    @Override
    public ManualCancellation cancellation() {
        return cancellation;
    }

    @Override
    public ThreadModel threadModel() {
        return threadModel;
    }

    /** Another layer of the chain, or a change of it, makes it this one. */
    public void setThreadModel(ThreadModel strictest) {
        threadModel = strictest;
    }

    @Override
    public ManualClock clock() {
        return clock;
    }

    @Override
    public Path temporaryDirectory() {
        return directory;
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    /** Whether the layer asked the server to stop. */
    public boolean isShutdown() {
        return shutdown;
    }

    /**
     * Fails if leases or files are still held, with the stack of whoever took them.
     *
     * @throws AssertionError names one of them
     */
    public void assertNothingHeld() {
        buffers.assertNothingHeld();
        files.assertNothingHeld();
    }
}
