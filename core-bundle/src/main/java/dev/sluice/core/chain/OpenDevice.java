package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import java.util.ArrayList;
import java.util.List;

/**
 * One device that one layer has open for one connection, with what the core keeps about it. Which place of the chain it
 * fills is the business of the {@link DeviceNode} that points at it: a change of the chain's shape moves pointers, and
 * the devices themselves do not notice.
 *
 * <p>Threads: made and closed by one thread at a time inside the gate of other calls, or while all gates are shut;
 * {@link #target} and {@link #info} are constant while requests run.
 */
final class OpenDevice {
    final Chain chain;
    final Layer layer;
    final LayerScope scope;
    final String exportName;
    final boolean readOnly;
    /** The layers behind this one, nearest first: where {@code next.open} leads. Changed only while the gates are shut. */
    List<Layer> below;
    /** Opened through this device, in order; guarded by the chain's monitor. */
    final List<DeviceNode> children = new ArrayList<>();
    NbdDevice target;
    /** While a successor opens: what it may take over instead of opening it again; otherwise null. */
    List<DeviceNode> reuse;
    private boolean prepared;
    private boolean preparing;
    private DeviceInfo info;
    /** Its code was given up: nothing behind it can be used any more. Guarded by the chain's monitor. */
    private boolean stranded;

    OpenDevice(Chain chain, Layer layer, String exportName, boolean readOnly, List<Layer> below) {
        this.chain = chain;
        this.layer = layer;
        this.exportName = exportName;
        this.readOnly = readOnly;
        this.below = below;
        this.scope = new LayerScope(layer.scope(), chain.turn());
    }

    /** Stands where {@code real} was, for code that was given up. */
    private OpenDevice(OpenDevice real) {
        this.chain = real.chain;
        this.layer = real.layer;
        this.exportName = real.exportName;
        this.readOnly = real.readOnly;
        this.below = List.of();
        this.scope = real.scope;
        this.info = real.info;
        this.target = new StrandedDevice(real.info);
    }

    static OpenDevice refusing(OpenDevice real) {
        return new OpenDevice(real);
    }

    boolean isStranded() {
        return stranded;
    }

    /** From now on what it has open behind it refuses everything, and nothing more is opened. The chain's monitor is held. */
    void strand() {
        stranded = true;
        children.forEach(DeviceNode::refuse);
        if (reuse != null) {
            reuse.forEach(DeviceNode::refuse);
        }
    }

    /** Prepares what is below, then this device, then asks for its size and capabilities. */
    void prepare() throws NbdException {
        if (info != null || preparing) {
            return;
        }
        preparing = true;
        for (DeviceNode child : chain.childrenOf(this)) {
            child.prepare();
        }
        try {
            target.prepare();
            prepared = true;
            info = Capabilities.asOffered(target.info(), readOnly);
        } catch (Throwable t) {
            throw failed("prepare", t);
        }
    }

    /** As {@link LayerFailures#failed(String, Throwable)}, with the connection in the log. */
    NbdException failed(String operation, Throwable t) {
        return layer.failures().failed(chain.connection(), operation, t);
    }

    /** As {@link LayerFailures#broken}, with the connection in the log. */
    NbdException broken(String operation, String text) {
        return layer.failures().broken(chain.connection(), operation, text);
    }

    /** Size and capabilities; null before {@link #prepare}. */
    DeviceInfo info() {
        return info;
    }

    /** Whether {@code finish} is due; it is asked for once. */
    boolean takeFinish() {
        boolean due = prepared;
        prepared = false;
        return due;
    }

    /**
     * What this device was opened with may be taken over by its successor: the first that was opened in the same way. The
     * chain's monitor is held.
     */
    DeviceNode takeReuse(String name, boolean ro) {
        if (reuse != null) {
            for (DeviceNode child : reuse) {
                if (child.exportName.equals(name) && child.readOnly == ro) {
                    reuse.remove(child);
                    return child;
                }
            }
        }
        return null;
    }
}
