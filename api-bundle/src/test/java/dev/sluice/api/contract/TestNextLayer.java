package dev.sluice.api.contract;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The layer behind a filter in tests: every open gives a checked device on the same model. Safe for use by several
 * threads.
 */
public final class TestNextLayer implements NextLayer {
    private final NbdDevice model;
    private final List<OpenRequest> requests = new ArrayList<>();
    private List<ExportInfo> exports = List.of(new ExportInfo("", ""));
    private NbdError refusal;

    TestNextLayer(NbdDevice model) {
        this.model = model;
    }

    /** Refuses to open from now on; null ends that. */
    public synchronized void refuseWith(NbdError error) {
        refusal = error;
    }

    /** The exports to list. */
    public synchronized void exports(List<ExportInfo> list) {
        exports = List.copyOf(list);
    }

    /** The requests of all opens, in order. */
    public synchronized List<OpenRequest> requests() {
        return List.copyOf(requests);
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        return open(request, new ArrayList<>(), true);
    }

    @Override
    public synchronized List<ExportInfo> exports(ClientInfo client) {
        return exports;
    }

    @Override
    public String defaultExport(ClientInfo client) {
        return "default of the model";
    }

    @Override
    public String description(OpenRequest request) {
        return "description of the model";
    }

    /** As one connection sees this layer: its devices are remembered, and prepared at once only after the filter's open. */
    NextLayer forConnection(List<CheckedDevice> opened, boolean[] prepareAtOnce) {
        TestNextLayer all = this;
        return new NextLayer() {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                return all.open(request, opened, prepareAtOnce[0]);
            }

            @Override
            public List<ExportInfo> exports(ClientInfo client) {
                return all.exports(client);
            }

            @Override
            public String defaultExport(ClientInfo client) {
                return all.defaultExport(client);
            }

            @Override
            public String description(OpenRequest request) {
                return all.description(request);
            }
        };
    }

    private NbdDevice open(OpenRequest request, List<CheckedDevice> opened, boolean prepare) throws IOException {
        synchronized (this) {
            requests.add(request);
            if (refusal != null) {
                throw new NbdException(refusal, "the model was told to refuse");
            }
        }
        CheckedDevice device = new CheckedDevice(request.readOnly() ? new ReadOnlyModel(model) : model);
        synchronized (opened) {
            opened.add(device);
        }
        if (prepare) {
            device.prepare();
        }
        return device;
    }
}
