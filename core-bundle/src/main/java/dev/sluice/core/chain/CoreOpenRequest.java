package dev.sluice.core.chain;

import dev.sluice.api.Buffers;
import dev.sluice.api.Cancellation;
import dev.sluice.api.ClientInfo;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.SharedFiles;
import dev.sluice.api.Tasks;
import dev.sluice.api.ThreadModel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongSupplier;

/** One opening of one layer: the scope of the device that comes of it, and what is asked for. */
final class CoreOpenRequest implements OpenRequest {
    private final LayerScope scope;
    private final ClientInfo client;
    private final String exportName;
    private final boolean readOnly;

    CoreOpenRequest(LayerScope scope, ClientInfo client, String exportName, boolean readOnly) {
        this.scope = scope;
        this.client = client;
        this.exportName = exportName;
        this.readOnly = readOnly;
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
    public ClientInfo client() {
        return client;
    }

    @Override
    public OpenRequest withExportName(String name) {
        return new CoreOpenRequest(scope, client, Objects.requireNonNull(name), readOnly);
    }

    @Override
    public OpenRequest withReadOnly(boolean yes) {
        return new CoreOpenRequest(scope, client, exportName, yes);
    }

    @Override
    public String export() {
        return scope.export();
    }

    @Override
    public Buffers buffers() {
        return scope.buffers();
    }

    @Override
    public SharedFiles files() {
        return scope.files();
    }

    @Override
    public Tasks tasks() {
        return scope.tasks();
    }

    @Override
    public Cancellation cancellation() {
        return scope.cancellation();
    }

    @Override
    public ThreadModel threadModel() {
        return scope.threadModel();
    }

    @Override
    public LongSupplier clock() {
        return scope.clock();
    }

    @Override
    public Path temporaryDirectory() {
        return scope.temporaryDirectory();
    }

    @Override
    public void shutdown() {
        scope.shutdown();
    }
}
