package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import java.util.List;

/**
 * The next layer as one open device of a filter sees it. While a successor opens, what the device before had opened is
 * given to it, in order, where it asks for the same; so that the layers below notice nothing.
 */
final class NodeNext implements NextLayer {
    private final OpenDevice device;

    NodeNext(OpenDevice device) {
        this.device = device;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        DeviceNode again = device.chain.takeReuse(device, request.exportName(), request.readOnly());
        if (again != null) {
            return again;
        }
        DeviceNode child = device.chain.openBelow(device, request.exportName(), request.readOnly());
        if (device.target != null) {
            // Opened later than the filter's own device: it comes prepared.
            try {
                child.prepare();
            } catch (IOException e) {
                device.chain.closeSubtree(child);
                throw e;
            }
        }
        return child;
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        return LayerCalls.exports(device.below, 0, client);
    }

    @Override
    public String defaultExport(ClientInfo client) throws IOException {
        return LayerCalls.defaultExport(device.below, 0, client);
    }

    @Override
    public String description(OpenRequest request) throws IOException {
        return LayerCalls.description(device.below, 0, request);
    }
}
