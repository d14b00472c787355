package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import java.util.ArrayList;
import java.util.List;

/**
 * The devices that one connection has open, one or more per layer, each behind its {@link DeviceNode}. Whoever calls
 * holds the right gate: requests that of the connection, everything else that of the export's other calls.
 */
public final class Chain {
    private static final System.Logger LOG = System.getLogger("dev.sluice.chain");

    private final ClientInfo client;
    private final Monitor monitor;
    /** Nearest the client first; replaced as a whole while the gates are shut. */
    private volatile List<Layer> layers;
    private DeviceNode top;
    private DeviceInfo promised;
    private boolean closed;

    private Chain(List<Layer> layers, ClientInfo client) {
        this.layers = layers;
        this.client = client;
        this.monitor = layers.get(0).scope().services().platform().monitor("chain of connection " + client.connection());
    }

    /**
     * Opens and prepares the devices of all layers.
     *
     * @throws NbdException nothing is left open
     */
    public static Chain open(List<Layer> layers, ClientInfo client, String exportName, boolean readOnly) throws NbdException {
        Chain chain = new Chain(List.copyOf(layers), client);
        try {
            chain.top = chain.openNode(0, exportName, readOnly, null);
            chain.top.prepare();
            chain.promised = chain.top.info();
        } catch (NbdException e) {
            chain.close();
            throw e;
        }
        return chain;
    }

    /** What requests go to. */
    public NbdDevice device() {
        return top;
    }

    /** As the client is told. */
    public DeviceInfo info() {
        return top.info();
    }

    /** As the client was told when the chain was opened: what every swap must keep. */
    public DeviceInfo promised() {
        return promised;
    }

    /** Besides base:allocation. */
    public List<MetaContext> contexts() throws NbdException {
        try {
            return top.contexts();
        } catch (RuntimeException e) {
            throw top.layer.failures().failed("contexts", e);
        }
    }

    /** The description that the layers have for what is open; empty for none. */
    public String description() throws NbdException {
        return LayerCalls.description(layers, client, top.exportName, top.readOnly);
    }

    /** Opens a device of the layer at this depth, below {@code parent} (null for the first). */
    DeviceNode openNode(int depth, String exportName, boolean readOnly, DeviceNode parent) throws NbdException {
        Layer layer = layers.get(depth);
        DeviceNode node = new DeviceNode(this, layer, exportName, readOnly);
        monitor.lock();
        try {
            if (closed) {
                throw new NbdException(NbdError.ESHUTDOWN, "the connection is closing");
            }
            if (parent != null) {
                parent.children.add(node);
            } else {
                top = node;
            }
        } finally {
            monitor.unlock();
        }
        openTarget(node, depth);
        return node;
    }

    /** Opens {@code node}'s own device; on failure what was opened below it is closed again. */
    void openTarget(DeviceNode node, int depth) throws NbdException {
        Layer layer = node.layer;
        node.scope = new LayerScope(layer.scope().export(), layer.scope().services(), layer.scope().gate(), layer.scope());
        NbdDevice target = null;
        NbdException failure = null;
        try {
            target = layer.open(new CoreOpenRequest(node.scope, client, node.exportName, node.readOnly), new NodeNext(this, node, depth));
        } catch (Throwable t) {
            failure = layer.failures().failed("open", t);
        }
        if (failure == null && target == null) {
            failure = layer.failures().broken("open", "opened no device");
        }
        if (failure != null) {
            closeSubtree(node);
            throw failure;
        }
        node.target = target;
    }

    List<DeviceNode> childrenOf(DeviceNode node) {
        monitor.lock();
        try {
            return List.copyOf(node.children);
        } finally {
            monitor.unlock();
        }
    }

    /** All nodes of one layer, from the client inwards. */
    List<DeviceNode> nodesOf(Layer layer) {
        List<DeviceNode> found = new ArrayList<>();
        collect(top, layer, found);
        return found;
    }

    private void collect(DeviceNode node, Layer layer, List<DeviceNode> found) {
        if (node == null) {
            return;
        }
        if (node.layer == layer) {
            found.add(node);
        }
        for (DeviceNode child : childrenOf(node)) {
            collect(child, layer, found);
        }
    }

    /** Puts the new layer where the old one was, for what is opened from now on. */
    void replaceLayer(Layer old, Layer successor) {
        List<Layer> changed = new ArrayList<>(layers);
        changed.replaceAll(l -> l == old ? successor : l);
        layers = List.copyOf(changed);
    }

    List<Layer> layers() {
        return layers;
    }

    int depthOf(Layer layer) {
        return layers.indexOf(layer);
    }

    /** Cancels the scopes of all devices: calls that heed it return soon. */
    public void cancel(String why) {
        cancel(top, why);
    }

    private void cancel(DeviceNode node, String why) {
        if (node != null) {
            LayerScope scope = node.scope;
            if (scope != null) {
                scope.cancel(why);
            }
            childrenOf(node).forEach(c -> cancel(c, why));
        }
    }

    /** Finishes and closes all devices, from the client inwards. Closing twice does nothing. */
    public void close() {
        monitor.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            monitor.unlock();
        }
        if (top != null) {
            closeSubtree(top);
        }
    }

    /** Finishes and closes this device and what was opened through it, from the client inwards. */
    void closeSubtree(DeviceNode node) {
        monitor.lock();
        try {
            removeFromParent(top, node);
        } finally {
            monitor.unlock();
        }
        finish(node);
        closeAll(node);
    }

    private void removeFromParent(DeviceNode from, DeviceNode node) {
        if (from == null || from.children.remove(node)) {
            return;
        }
        for (DeviceNode child : from.children) {
            removeFromParent(child, node);
        }
    }

    private void finish(DeviceNode node) {
        if (node.prepared) {
            node.prepared = false;
            Failures failures = new Failures();
            failures.run(node.target::finish);
            report(node, "finish", failures);
        }
        childrenOf(node).forEach(this::finish);
    }

    private void closeAll(DeviceNode node) {
        closeTarget(node);
        List<DeviceNode> children = childrenOf(node);
        monitor.lock();
        try {
            node.children.clear();
        } finally {
            monitor.unlock();
        }
        children.forEach(this::closeAll);
    }

    /** Closes the device of this node only. */
    void closeTarget(DeviceNode node) {
        NbdDevice target = node.target;
        node.target = null;
        if (node.scope != null) {
            node.scope.cancel("the device is closed");
            node.scope.detach();
        }
        if (target != null) {
            Failures failures = new Failures();
            failures.run(target::close);
            report(node, "close", failures);
        }
    }

    private static void report(DeviceNode node, String operation, Failures failures) {
        if (failures.first() != null) {
            String text = node.layer.failures().failed(operation, failures.first()).getMessage();
            LOG.log(System.Logger.Level.WARNING, "export " + node.layer.scope().export() + ": " + node.layer.kind() + ": " + operation
                    + ": " + text);
        }
    }
}
