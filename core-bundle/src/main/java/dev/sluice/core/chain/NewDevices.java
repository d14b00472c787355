package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Reads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The devices of the layers that a change brings: opened in front of those that stay, tried, and compared with what was told. */
final class NewDevices {
    /** What the self-test reads. */
    private static final int SELF_TEST = 4096;

    private final List<Layer> before;
    private final List<Layer> after;
    private final Map<Layer, Layer> successors;
    private final StateTransfer states;
    private final Strand strand;
    private final List<OpenDevice> unused;
    private final Map<Chain, Map<Layer, OpenDevice>> opened = new LinkedHashMap<>();
    private final Map<Chain, List<OpenDevice>> sequences = new LinkedHashMap<>();

    /**
     * None yet.
     *
     * @param unused each is put there before it is opened
     */
    NewDevices(List<Layer> before, List<Layer> after, Map<Layer, Layer> successors, StateTransfer states, Strand strand,
            List<OpenDevice> unused) {
        this.before = before;
        this.after = after;
        this.successors = successors;
        this.states = states;
        this.strand = strand;
        this.unused = unused;
    }

    /** Those of a chain. */
    Collection<OpenDevice> of(Chain chain) {
        return opened.getOrDefault(chain, Map.of()).values();
    }

    /** All devices of a chain after the change, from the client inwards; null if it was not {@linkplain #build built}. */
    List<OpenDevice> sequence(Chain chain) {
        return sequences.get(chain);
    }

    /** All chains that were built. */
    Map<Chain, List<OpenDevice>> sequences() {
        return sequences;
    }

    /** The sequence of devices after the change; new ones are opened from the plugin outwards. */
    void build(Chain chain) throws NbdException {
        List<OpenDevice> line = ChainLine.of(chain);
        Map<Layer, OpenDevice> mine = opened.computeIfAbsent(chain, c -> new LinkedHashMap<>());
        List<OpenDevice> sequence = new ArrayList<>();
        OpenDevice behind = null;
        for (int i = needed(line) - 1; i >= 0; i--) {
            Layer layer = after.get(i);
            DeviceNode asked = asked(chain, line, i);
            OpenDevice device = ChainLine.find(line, layer);
            if (device != null && !(device.exportName.equals(asked.exportName) && device.readOnly == asked.readOnly)) {
                // The layer in front of it was another one, which wanted it opened in another way: cow, for instance.
                device = null;
            }
            if (device == null) {
                device = mine.get(layer);
            }
            if (device == null) {
                device = open(chain, layer, asked, i, behind, line);
                mine.put(layer, device);
            }
            sequence.add(0, device);
            behind = device;
        }
        sequences.put(chain, sequence);
    }

    /**
     * How many layers of the new chain need a device: not those behind a filter that has nothing open. It opens what is
     * behind it when it wants to, and its successor does.
     */
    private int needed(List<OpenDevice> line) {
        if (line.size() < before.size()) {
            Layer last = line.get(line.size() - 1).layer;
            for (int i = 0; i < after.size(); i++) {
                if (after.get(i) == last || successors.get(after.get(i)) == last) {
                    return i + 1;
                }
            }
        }
        return after.size();
    }

    /** How the device at this place of the new chain is asked for: by what stands in front of it, or by the client. */
    private DeviceNode asked(Chain chain, List<OpenDevice> line, int index) {
        Layer replaced = successors.get(after.get(index));
        OpenDevice old = replaced == null ? null : ChainLine.find(line, replaced);
        if (old != null) {
            return new DeviceNode(old.exportName, old.readOnly);
        }
        for (int i = index - 1; i >= 0; i--) {
            OpenDevice front = ChainLine.find(line, after.get(i));
            Layer before = successors.get(after.get(i));
            if (front == null && before != null) {
                // The one in front is replaced itself, and will ask as the one before it did.
                front = ChainLine.find(line, before);
            }
            List<DeviceNode> children = front == null ? List.of() : chain.childrenOf(front);
            if (children.size() == 1) {
                return children.get(0);
            }
        }
        return chain.top();
    }

    private OpenDevice open(Chain chain, Layer layer, DeviceNode asked, int index, OpenDevice behind, List<OpenDevice> line)
            throws NbdException {
        OpenDevice device = new OpenDevice(chain, layer, asked.exportName, asked.readOnly, after.subList(index + 1, after.size()));
        device.reuse = new ArrayList<>();
        if (behind != null) {
            DeviceNode node = new DeviceNode(behind.exportName, behind.readOnly);
            node.device = behind;
            device.reuse.add(node);
        }
        strand.making(device);
        // What it opens before it fails is closed with it.
        unused.add(device);
        try {
            chain.openTarget(device);
        } catch (NbdException e) {
            throw StateTransfer.refused(layer, e);
        }
        strand.check();
        states.adoptDevice(device, line);
        try {
            device.prepare();
        } catch (NbdException e) {
            throw StateTransfer.refused(layer, e);
        }
        strand.check();
        device.reuse = null;
        return device;
    }

    /** Compares what a client may see of a new device with the old one: an error where there was none refuses the change. */
    static void selfTest(Chain chain, OpenDevice device) throws NbdException {
        int length = (int) Math.min(SELF_TEST, device.info().size());
        if (length == 0) {
            return;
        }
        DeviceNode node = new DeviceNode(device.exportName, device.readOnly);
        node.device = device;
        try {
            Reads.into(node, 0, ByteBuffer.allocateDirect(length));
        } catch (IOException e) {
            try {
                Reads.into(chain.top(), 0, ByteBuffer.allocateDirect((int) Math.min(SELF_TEST, chain.info().size())));
            } catch (IOException sameBefore) {
                return;
            }
            throw new NbdException(NbdError.EIO, device.layer.kind() + ": the self-test, a read of " + length + " bytes at 0, fails: "
                    + e.getMessage(), e);
        }
    }

    /** Every device that stays was told something about the device behind it; the client was told something too. */
    void verify(Chain chain) throws NbdException {
        List<OpenDevice> sequence = sequences.get(chain);
        for (int i = 0; i < sequence.size(); i++) {
            OpenDevice now = sequence.get(i);
            DeviceInfo told = i == 0 ? chain.promised() : toldTo(chain, sequence.get(i - 1));
            String why = told == null ? null : Capabilities.incompatibility(told, now.info());
            if (why != null) {
                throw new NbdException(NbdError.EINVAL, now.layer.kind() + ": " + why);
            }
        }
    }

    private static DeviceInfo toldTo(Chain chain, OpenDevice device) {
        List<DeviceNode> children = chain.childrenOf(device);
        return children.size() == 1 ? children.get(0).device.info() : null;
    }
}
