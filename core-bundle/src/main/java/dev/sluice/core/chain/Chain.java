package dev.sluice.core.chain;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The devices that one connection has open, one or more per layer, each behind its {@link DeviceNode}. Whoever calls
 * holds the right gate: requests that of the connection, everything else that of the export's other calls.
 */
public final class Chain {
    private static final System.Logger LOG = System.getLogger("dev.sluice.chain");

    private final ClientInfo client;
    private final Monitor monitor;
    private final Monitor turn;
    private final DeviceNode top;
    /** Nearest the client first; replaced as a whole while the gates are shut. */
    private volatile List<Layer> layers;
    private DeviceInfo promised;
    private boolean closed;
    private boolean stranded;

    /** The number of the connection. */
    long connection() {
        return client.connection();
    }

    private Chain(List<Layer> layers, ClientInfo client, String exportName, boolean readOnly) {
        this.layers = layers;
        this.client = client;
        this.top = new DeviceNode(exportName, readOnly);
        Platform platform = layers.get(0).scope().services().platform();
        this.monitor = platform.monitor("chain of connection " + client.connection());
        this.turn = platform.monitor("requests of connection " + client.connection());
    }

    /**
     * Opens and prepares the devices of all layers.
     *
     * @throws NbdException nothing is left open
     */
    public static Chain open(List<Layer> layers, ClientInfo client, String exportName, boolean readOnly) throws NbdException {
        return open(layers, client, exportName, readOnly, c -> { });
    }

    /**
     * As above.
     *
     * @param begun is given the chain before the first device is opened, so that it can be given up meanwhile
     */
    public static Chain open(List<Layer> layers, ClientInfo client, String exportName, boolean readOnly, Consumer<Chain> begun)
            throws NbdException {
        Chain chain = new Chain(List.copyOf(layers), client, exportName, readOnly);
        begun.accept(chain);
        try {
            chain.openBehind(chain.top, chain.layers);
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

    /** Held around every request where the thread model lets one in for each connection; see {@link Turns}. */
    public Monitor turn() {
        return turn;
    }

    /** As it is now. */
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
        } catch (Throwable t) {
            throw top.device.layer.failures().failed("contexts", t);
        }
    }

    /** The description that the layers have for what is open; empty for none. */
    public String description() throws NbdException {
        return LayerCalls.description(layers, client, top.exportName, top.readOnly);
    }

    DeviceNode top() {
        return top;
    }

    List<Layer> layers() {
        return layers;
    }

    /** For what is opened from now on; while the gates are shut. */
    void setLayers(List<Layer> changed) {
        layers = List.copyOf(changed);
        for (OpenDevice d : devices()) {
            d.below = below(layers, d.layer);
        }
    }

    static List<Layer> below(List<Layer> layers, Layer layer) {
        return layers.subList(layers.indexOf(layer) + 1, layers.size());
    }

    /** Opens a device of the first of these layers behind a node, for {@code next.open} of a device. */
    DeviceNode openBelow(OpenDevice parent, String exportName, boolean readOnly) throws NbdException {
        DeviceNode node = new DeviceNode(exportName, readOnly);
        monitor.lock();
        try {
            if (stranded || parent.isStranded()) {
                throw StrandedDevice.refused();
            }
            if (closed) {
                throw new NbdException(NbdError.ESHUTDOWN, "the connection is closing");
            }
            node.parent = parent;
            parent.children.add(node);
        } finally {
            monitor.unlock();
        }
        openBehind(node, parent.below);
        return node;
    }

    private void openBehind(DeviceNode node, List<Layer> from) throws NbdException {
        OpenDevice device = new OpenDevice(this, from.get(0), node.exportName, node.readOnly, from.subList(1, from.size()));
        point(node, device);
        try {
            openTarget(device);
        } catch (NbdException e) {
            closeSubtree(node);
            throw e;
        }
    }

    private void point(DeviceNode node, OpenDevice device) throws NbdException {
        monitor.lock();
        try {
            if (stranded || node.refuses()) {
                throw StrandedDevice.refused();
            }
            node.device = device;
        } finally {
            monitor.unlock();
        }
    }

    /** Opens the device itself; on failure what it has opened is the caller's to close. */
    void openTarget(OpenDevice device) throws NbdException {
        Layer layer = device.layer;
        NbdDevice target;
        try {
            target = layer.open(new CoreOpenRequest(device.scope, client, device.exportName, device.readOnly), new NodeNext(device));
        } catch (Throwable t) {
            throw layer.failures().failed("open", t);
        }
        if (target == null) {
            throw layer.failures().broken(client.connection(), "open", "opened no device");
        }
        device.target = target;
    }

    List<DeviceNode> childrenOf(OpenDevice device) {
        monitor.lock();
        try {
            return List.copyOf(device.children);
        } finally {
            monitor.unlock();
        }
    }

    /** What a device may take over of the one before it; null if there is nothing that fits. */
    DeviceNode takeReuse(OpenDevice device, String exportName, boolean readOnly) throws NbdException {
        monitor.lock();
        try {
            if (device.isStranded()) {
                throw StrandedDevice.refused();
            }
            DeviceNode again = device.takeReuse(exportName, readOnly);
            if (again != null) {
                again.parent = device;
                device.children.add(again);
            }
            return again;
        } finally {
            monitor.unlock();
        }
    }

    /** Code that was given up closes nothing any more: that is done when it has returned. */
    boolean mayClose(DeviceNode node) {
        monitor.lock();
        try {
            return !node.refuses();
        } finally {
            monitor.unlock();
        }
    }

    /** Gives the code of one device up; what is behind it stays, but not for this device. */
    void strand(OpenDevice device) {
        monitor.lock();
        try {
            device.strand();
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Gives all calls up that are inside: from now on every device of this chain finds nothing behind it. {@link #close}
     * is for when the calls have returned.
     */
    public void strand() {
        monitor.lock();
        try {
            stranded = true;
            strandFrom(top);
        } finally {
            monitor.unlock();
        }
    }

    private static void strandFrom(DeviceNode node) {
        OpenDevice device = node.real();
        node.refuse();
        if (device != null) {
            device.strand();
            device.children.forEach(Chain::strandFrom);
        }
    }

    /** All nodes that lead to devices of one layer, from the client inwards. */
    List<DeviceNode> nodesOf(Layer layer) {
        List<DeviceNode> found = new ArrayList<>();
        collect(top, found);
        found.removeIf(n -> n.device.layer != layer);
        return found;
    }

    /** All devices that can be reached, from the client inwards. */
    Set<OpenDevice> devices() {
        List<DeviceNode> nodes = new ArrayList<>();
        collect(top, nodes);
        Set<OpenDevice> devices = new LinkedHashSet<>();
        nodes.forEach(n -> devices.add(n.device));
        return devices;
    }

    private void collect(DeviceNode node, List<DeviceNode> found) {
        if (node == null || node.device == null) {
            return;
        }
        found.add(node);
        for (DeviceNode child : childrenOf(node.device)) {
            collect(child, found);
        }
    }

    /** Cancels the scopes of all devices: calls that heed it return soon. */
    public void cancel(String why) {
        devices().forEach(d -> d.scope.cancel(why));
    }

    /**
     * Finishes and closes all devices, from the client inwards; after {@link #strand} they are only closed. Closing twice
     * does nothing.
     */
    public void close() {
        boolean late;
        monitor.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            late = stranded;
        } finally {
            monitor.unlock();
        }
        if (late) {
            closeAll(top);
        } else {
            closeSubtree(top);
        }
    }

    /** Finishes and closes the device behind this node and what was opened through it, from the client inwards. */
    void closeSubtree(DeviceNode node) {
        monitor.lock();
        try {
            if (node.parent != null) {
                node.parent.children.remove(node);
            }
        } finally {
            monitor.unlock();
        }
        finish(node);
        closeAll(node);
    }

    private void finish(DeviceNode node) {
        OpenDevice device = node.real();
        if (device == null) {
            return;
        }
        if (device.takeFinish() && device.target != null) {
            Failures failures = new Failures();
            failures.run(device.target::finish);
            report(device, "finish", failures);
        }
        childrenOf(device).forEach(this::finish);
    }

    private void closeAll(DeviceNode node) {
        OpenDevice device = node.real();
        if (device == null) {
            return;
        }
        closeTarget(device);
        childrenOf(device).forEach(this::closeAll);
    }

    /** Closes this device only. */
    void closeTarget(OpenDevice device) {
        NbdDevice target = device.target;
        device.target = null;
        device.scope.cancel("the device is closed");
        device.scope.detach();
        if (target != null) {
            Failures failures = new Failures();
            failures.run(target::close);
            report(device, "close", failures);
        }
    }

    private static void report(OpenDevice device, String operation, Failures failures) {
        if (failures.first() != null) {
            String text = device.layer.failures().failed(operation, failures.first()).getMessage();
            LOG.log(System.Logger.Level.WARNING, "export " + device.layer.scope().export() + ": " + device.layer.kind() + ": " + operation
                    + ": " + text);
        }
    }
}
