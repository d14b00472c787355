package dev.sluice.core.chain;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes one layer out of all chains of an export, and later puts its successor in: for code that goes away under clients
 * and comes back. The caller holds the export's operations lock, all gates are shut and nobody is inside. Between
 * {@link #takeOut} and {@link #putIn} the devices above and below stay open; only the layer's own devices are gone.
 */
public final class LayerSwap {
    private final Layer old;
    private final Map<OpenDevice, HandOver> deviceState = new IdentityHashMap<>();
    private HandOver layerState;

    private LayerSwap(Layer old) {
        this.old = old;
    }

    /**
     * Asks the old layer for its state and closes its devices. The layer itself is closed by the caller, whatever
     * happens here.
     *
     * @throws NbdException the layer's state could not be taken; its devices are closed all the same
     */
    public static LayerSwap takeOut(List<Chain> chains, Layer old) throws NbdException {
        LayerSwap swap = new LayerSwap(old);
        Failures failures = new Failures();
        for (Chain chain : chains) {
            for (DeviceNode node : chain.nodesOf(old)) {
                OpenDevice device = node.device;
                failures.run(() -> swap.keep(device, device.target == null ? Optional.empty() : device.target.release()));
            }
        }
        failures.run(() -> swap.layerState = HandOvers.checked(old.kind(), old.instance().release()).orElse(null));
        for (Chain chain : chains) {
            chain.nodesOf(old).forEach(n -> chain.closeTarget(n.device));
        }
        if (failures.first() != null) {
            swap.discard();
            throw old.failures().failed("release", failures.first());
        }
        return swap;
    }

    /** When the state of a layer could not be taken: its successor starts from nothing. */
    public static LayerSwap withoutState(Layer old) {
        return new LayerSwap(old);
    }

    private void keep(OpenDevice device, Optional<HandOver> state) throws NbdException {
        HandOvers.checked(old.kind(), state).ifPresent(s -> deviceState.put(device, s));
    }

    /** Whether there is state that waits for a successor. */
    public boolean hasState() {
        return layerState != null || !deviceState.isEmpty();
    }

    /**
     * Gives the successor, which is configured and ready, the state, opens its devices and checks that clients notice
     * nothing.
     *
     * @param open the chains that are open now
     * @throws NbdException it can't take over, with the reason; its devices are closed, and the state is kept for
     *     another one. The caller closes the layer.
     */
    public void putIn(List<Chain> open, Layer successor) throws NbdException {
        boolean adopted = false;
        Map<DeviceNode, OpenDevice> before = new IdentityHashMap<>();
        Set<OpenDevice> adoptedDevices = Collections.newSetFromMap(new IdentityHashMap<>());
        List<DeviceNode> unused = new ArrayList<>();
        try {
            if (layerState != null) {
                successor.instance().adopt(layerState);
                adopted = true;
            }
            for (Chain chain : open) {
                for (DeviceNode node : chain.nodesOf(old)) {
                    before.put(node, node.device);
                    putIn(chain, node, successor, adoptedDevices);
                    unused.addAll(node.device.reuse);
                }
                String why = Capabilities.incompatibility(chain.promised(), chain.info());
                if (why != null) {
                    throw new NbdException(NbdError.EINVAL, why);
                }
            }
        } catch (Throwable t) {
            NbdException failure = successor.failures().failed("take over", t);
            takeBack(successor, before, adopted, adoptedDevices);
            throw failure;
        }
        for (Chain chain : open) {
            List<Layer> changed = new ArrayList<>(chain.layers());
            changed.replaceAll(l -> l == old ? successor : l);
            chain.setLayers(changed);
        }
        before.keySet().forEach(n -> n.device.reuse = null);
        // The successor may ask for fewer devices below it than the old layer had.
        unused.forEach(LayerSwap::closeUnused);
        layerState = null;
        deviceState.keySet().removeAll(before.values());
        // What is left belongs to connections that have gone meanwhile.
        deviceState.values().forEach(HandOvers::discard);
        deviceState.clear();
        successor.continueCountsOf(old);
    }

    private static void closeUnused(DeviceNode node) {
        node.device.chain.closeSubtree(node);
    }

    private void putIn(Chain chain, DeviceNode node, Layer successor, Set<OpenDevice> adoptedDevices) throws Exception {
        OpenDevice gone = node.device;
        OpenDevice device = new OpenDevice(chain, successor, gone.exportName, gone.readOnly, gone.below);
        device.reuse = new ArrayList<>(chain.childrenOf(gone));
        node.device = device;
        chain.openTarget(device);
        HandOver state = deviceState.get(gone);
        if (state != null) {
            device.target.adopt(state);
            adoptedDevices.add(device);
        }
        device.prepare();
        String why = gone.info() == null ? null : Capabilities.incompatibility(gone.info(), device.info());
        if (why != null) {
            throw new NbdException(NbdError.EINVAL, why);
        }
    }

    /** Puts everything as it was before {@link #putIn}. */
    private void takeBack(Layer successor, Map<DeviceNode, OpenDevice> before, boolean adopted, Set<OpenDevice> adoptedDevices) {
        Failures failures = new Failures();
        before.forEach((node, gone) -> {
            OpenDevice device = node.device;
            if (adoptedDevices.contains(device)) {
                // What was adopted is the successor's until it gives it back: the old value must not be used again.
                deviceState.remove(gone);
                failures.run(() -> keep(gone, device.target.release()));
            }
        });
        if (adopted) {
            layerState = null;
            failures.run(() -> layerState = HandOvers.checked(old.kind(), successor.instance().release()).orElse(null));
        }
        before.forEach((node, gone) -> {
            OpenDevice device = node.device;
            if (device == gone) {
                return;
            }
            Chain chain = device.chain;
            List<DeviceNode> kept = chain.childrenOf(gone);
            node.device = gone;
            chain.closeTarget(device);
            for (DeviceNode child : chain.childrenOf(device)) {
                if (!kept.contains(child)) {
                    chain.closeSubtree(child);
                }
            }
        });
        if (failures.first() != null) {
            successor.failures().failed("roll back", failures.first());
        }
    }

    /** Nobody will take over: what was handed over is given back. */
    public void discard() {
        HandOvers.discard(layerState);
        deviceState.values().forEach(HandOvers::discard);
        layerState = null;
        deviceState.clear();
    }
}
