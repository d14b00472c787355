package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import java.util.List;

/**
 * The next layer as the filter of one node sees it. While a swap puts a new device into the node, what the old device
 * had opened is given to the new one, in order, where it asks for the same; so that the layers below notice nothing.
 */
final class NodeNext implements NextLayer {
    private final Chain chain;
    private final DeviceNode node;
    private final int depth;

    NodeNext(Chain chain, DeviceNode node, int depth) {
        this.chain = chain;
        this.node = node;
        this.depth = depth;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        DeviceNode again = node.reuse == null ? null : node.reuse.take(request.exportName(), request.readOnly());
        if (again != null) {
            return again;
        }
        DeviceNode child = chain.openNode(depth + 1, request.exportName(), request.readOnly(), node);
        if (node.target != null) {
            // Opened later than the filter's own device: it comes prepared.
            try {
                child.prepare();
            } catch (IOException e) {
                chain.closeSubtree(child);
                throw e;
            }
        }
        return child;
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        return LayerCalls.exports(chain.layers(), depth + 1, client);
    }

    @Override
    public String defaultExport(ClientInfo client) throws IOException {
        return LayerCalls.defaultExport(chain.layers(), depth + 1, client);
    }

    @Override
    public String description(OpenRequest request) throws IOException {
        return LayerCalls.description(chain.layers(), depth + 1, request);
    }
}
