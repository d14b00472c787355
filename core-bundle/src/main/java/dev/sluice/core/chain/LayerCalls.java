package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import java.io.IOException;
import java.util.List;

/**
 * Calls into the layers that belong to no open device: list, default export, description, preconnect, thread model.
 * Callers hold the gate of the export's other calls.
 */
public final class LayerCalls {
    private LayerCalls() {
    }

    /** The exports of the layers as this client may see them. */
    public static List<ExportInfo> exports(List<Layer> layers, ClientInfo client) throws NbdException {
        return exports(layers, 0, client);
    }

    /** The name that stands for the empty one. */
    public static String defaultExport(List<Layer> layers, ClientInfo client) throws NbdException {
        return defaultExport(layers, 0, client);
    }

    /** What the layers have to say about an export; empty for nothing. */
    static String description(List<Layer> layers, ClientInfo client, String exportName, boolean readOnly) throws NbdException {
        Layer first = layers.get(0);
        return description(layers, 0, new CoreOpenRequest(first.scope(), client, exportName, readOnly));
    }

    /**
     * Asks every layer whether this client may come, nearest the client first.
     *
     * @throws NbdException it may not
     */
    public static void preconnect(List<Layer> layers, ClientInfo client) throws NbdException {
        for (Layer layer : layers) {
            try {
                layer.instance().preconnect(client);
            } catch (Throwable t) {
                throw layer.failures().failed("preconnect", t);
            }
        }
    }

    /** The strictest of all layers. */
    public static ThreadModel threadModel(List<Layer> layers) {
        ThreadModel model = ThreadModel.PARALLEL;
        for (Layer layer : layers) {
            model = model.strictest(layer.threadModel());
        }
        return model;
    }

    static List<ExportInfo> exports(List<Layer> layers, int depth, ClientInfo client) throws NbdException {
        Layer layer = layers.get(depth);
        try {
            return List.copyOf(layer.exports(client, new Next(layers, depth)));
        } catch (Throwable t) {
            throw layer.failures().failed("exports", t);
        }
    }

    static String defaultExport(List<Layer> layers, int depth, ClientInfo client) throws NbdException {
        Layer layer = layers.get(depth);
        String name;
        try {
            name = layer.defaultExport(client, new Next(layers, depth));
        } catch (Throwable t) {
            throw layer.failures().failed("default export", t);
        }
        if (name == null) {
            throw new NbdException(NbdError.EINVAL, "there is no default export");
        }
        return name;
    }

    static String description(List<Layer> layers, int depth, OpenRequest request) throws NbdException {
        Layer layer = layers.get(depth);
        try {
            String text = layer.description(request, new Next(layers, depth));
            return text == null ? "" : text;
        } catch (Throwable t) {
            throw layer.failures().failed("description", t);
        }
    }

    /** The layer behind one layer, for calls that open nothing. */
    private record Next(List<Layer> layers, int depth) implements NextLayer {
        @Override
        public NbdDevice open(OpenRequest request) throws IOException {
            throw new NbdException(NbdError.EINVAL, "a device can only be opened in open");
        }

        @Override
        public List<ExportInfo> exports(ClientInfo client) throws IOException {
            return LayerCalls.exports(layers, depth + 1, client);
        }

        @Override
        public String defaultExport(ClientInfo client) throws IOException {
            return LayerCalls.defaultExport(layers, depth + 1, client);
        }

        @Override
        public String description(OpenRequest request) throws IOException {
            return LayerCalls.description(layers, depth + 1, request);
        }
    }
}
