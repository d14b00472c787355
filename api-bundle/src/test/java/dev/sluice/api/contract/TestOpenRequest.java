package dev.sluice.api.contract;

import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import java.nio.file.Path;

/** One client opens one export; tasks and cancellation are the device's own. */
public final class TestOpenRequest implements OpenRequest {
    private final TestContext layer;
    private final String exportName;
    private final boolean readOnly;
    private final TestClient client;
    private final ManualCancellation cancellation;
    private final ManualTasks tasks;

    /** As the core makes it for a new connection. */
    public TestOpenRequest(TestContext layer, String exportName, boolean readOnly, TestClient client) {
        this(layer, exportName, readOnly, client, new ManualCancellation(layer.clock()), new ManualTasks(layer.clock()));
    }

    private TestOpenRequest(TestContext layer, String exportName, boolean readOnly, TestClient client, ManualCancellation cancellation,
            ManualTasks tasks) {
        this.layer = layer;
        this.exportName = exportName;
        this.readOnly = readOnly;
        this.client = client;
        this.cancellation = cancellation;
        this.tasks = tasks;
    }

    @Override
    public String export() {
        return layer.export();
    }

    @Override
    public String exportName() {
        return exportName;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public TestClient client() {
        return client;
    }

    @Override
    public TestOpenRequest withExportName(String name) {
        return new TestOpenRequest(layer, name, readOnly, client, cancellation, tasks);
    }

    @Override
    public TestOpenRequest withReadOnly(boolean yes) {
        return new TestOpenRequest(layer, exportName, yes, client, cancellation, tasks);
    }

    @Override
    public TestBuffers buffers() {
        return layer.buffers();
    }

    @Override
    public TestFiles files() {
        return layer.files();
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
        return layer.threadModel();
    }

    @Override
    public ManualClock clock() {
        return layer.clock();
    }

    @Override
    public Path temporaryDirectory() {
        return layer.temporaryDirectory();
    }

    @Override
    public void shutdown() {
        layer.shutdown();
    }
}
