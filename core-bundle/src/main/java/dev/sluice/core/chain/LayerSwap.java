package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes one layer out of all chains of an export and puts its successor in. The caller holds the export's operations
 * lock, all gates are shut and nobody is inside. Between {@link #takeOut} and {@link #putIn} the devices above and
 * below stay open; only the removed layer's own devices are gone.
 */
public final class LayerSwap {
    private final Layer old;
    private final Map<DeviceNode, HandOver> deviceState = new IdentityHashMap<>();
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
                failures.run(() -> swap.keep(node, node.target == null ? Optional.empty() : node.target.release()));
            }
        }
        failures.run(() -> swap.layerState = HandOvers.checked(old.kind(), old.instance().release()).orElse(null));
        for (Chain chain : chains) {
            for (DeviceNode node : chain.nodesOf(old)) {
                chain.closeTarget(node);
                node.forget();
            }
        }
        if (failures.first() != null) {
            throw old.failures().failed("release", failures.first());
        }
        return swap;
    }

    /** When the state of a layer could not be taken: its successor starts from nothing. */
    public static LayerSwap withoutState(Layer old) {
        return new LayerSwap(old);
    }

    private void keep(DeviceNode node, Optional<HandOver> state) throws NbdException {
        HandOvers.checked(old.kind(), state).ifPresent(s -> deviceState.put(node, s));
    }

    /** Whether there is state that waits for a successor. */
    public boolean hasState() {
        return layerState != null || !deviceState.isEmpty();
    }

    /** The chains of connections that have gone meanwhile need no successor device. */
    public void forget(Chain chain) {
        deviceState.keySet().removeIf(n -> n.chain == chain);
    }

    /**
     * Gives the successor, which is configured and ready, the state, opens its devices and checks that clients notice
     * nothing.
     *
     * @throws NbdException it can't take over, with the reason; its devices are closed, and the state is kept for
     *     another one. The caller closes the layer.
     */
    public void putIn(List<Chain> open, Layer successor) throws NbdException {
        boolean adopted = false;
        List<DeviceNode> opened = new ArrayList<>();
        try {
            if (layerState != null) {
                successor.instance().adopt(layerState);
                adopted = true;
            }
            for (Chain chain : open) {
                DeviceInfo promised = chain.promised();
                for (DeviceNode node : chain.nodesOf(old)) {
                    opened.add(node);
                    putIn(chain, node, successor);
                }
                String why = Capabilities.incompatibility(promised, chain.info());
                if (why != null) {
                    throw new NbdException(NbdError.EINVAL, why);
                }
            }
        } catch (Throwable t) {
            NbdException failure = successor.failures().failed("take over", t);
            takeBack(successor, opened, adopted);
            throw failure;
        }
        for (Chain chain : open) {
            chain.replaceLayer(old, successor);
        }
        successor.continueCountsOf(old);
    }

    private void putIn(Chain chain, DeviceNode node, Layer successor) throws Exception {
        node.layer = successor;
        node.reuse = new DeviceNode.Reuse(chain.childrenOf(node));
        try {
            chain.openTarget(node, chain.depthOf(old));
            HandOver state = deviceState.get(node);
            if (state != null) {
                node.target.adopt(state);
            }
            node.prepare();
        } finally {
            List<DeviceNode> left = node.reuse.left();
            node.reuse = null;
            if (node.target != null) {
                // The successor asked for fewer devices below it than the old layer had.
                left.forEach(chain::closeSubtree);
            }
        }
    }

    /** Puts everything as it was before {@link #putIn}. */
    private void takeBack(Layer successor, List<DeviceNode> opened, boolean adopted) {
        Failures failures = new Failures();
        for (DeviceNode node : opened) {
            NbdDevice target = node.target;
            if (target != null && deviceState.containsKey(node)) {
                failures.run(() -> target.release().ifPresent(s -> deviceState.put(node, s)));
            }
        }
        if (adopted) {
            failures.run(() -> layerState = successor.instance().release().orElse(null));
        }
        for (DeviceNode node : opened) {
            node.chain.closeTarget(node);
            node.forget();
            node.layer = old;
        }
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
