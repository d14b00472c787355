package dev.sluice.core.chain;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes one layer out of all chains of an export, and later puts its successor in: for code that goes away under clients
 * and comes back. The caller holds the export's operations lock, all gates are shut and nobody is inside. Between
 * {@link #takeOut} and {@link Successor#commit} the devices above and below stay open; only the layer's own devices are gone.
 */
public final class LayerSwap {
    private final Layer old;
    private final Map<OpenDevice, HandOver> deviceState = new LinkedHashMap<>();
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

    /**
     * {@link Successor#run} and {@link Successor#commit} in one, for code that is known to return.
     *
     * @param open the chains that are open now
     * @throws NbdException it can't take over, with the reason; its devices are closed, and the state is kept for
     *     another one. The caller closes the layer.
     */
    void putIn(List<Chain> open, Layer layer) throws NbdException {
        Successor successor = successor(open, layer);
        successor.run();
        successor.commit();
    }

    /**
     * A layer that is to take over: configured and ready, and no part of any chain yet.
     *
     * @param open the chains that are open now
     */
    public Successor successor(List<Chain> open, Layer layer) {
        return new Successor(List.copyOf(open), layer);
    }

    /**
     * One attempt to put a successor in. What runs code of it is {@link #run} alone, so that it can be given up: until
     * {@link #commit} nothing that others use has changed.
     */
    public final class Successor {
        private final List<Chain> open;
        private final Layer layer;
        private final Object lock = new Object();
        /** The nodes to fill, and what fills them. */
        private final Map<DeviceNode, OpenDevice> made = new LinkedHashMap<>();
        private final Map<OpenDevice, OpenDevice> adoptedDevices = new LinkedHashMap<>();
        /** What is there to be adopted, as it was when this began. */
        private final HandOver given = layerState;
        private final Map<OpenDevice, HandOver> givenDevices = new LinkedHashMap<>(deviceState);
        /** Stand for nodes below the old devices: what is behind them is the chain's. */
        private final Set<DeviceNode> lent = new HashSet<>();
        private boolean adopted;
        private boolean stranded;

        private Successor(List<Chain> open, Layer layer) {
            this.open = open;
            this.layer = layer;
        }

        /**
         * Gives it the state, opens its devices and checks that clients notice nothing.
         *
         * @throws NbdException it can't take over, with the reason, or was given up; its devices are closed, and the
         *     state is kept for another one. The caller closes the layer.
         */
        public void run() throws NbdException {
            try {
                if (given != null) {
                    layer.instance().adopt(given);
                    adopted = true;
                    checkNotStranded();
                }
                for (Chain chain : open) {
                    for (DeviceNode node : chain.nodesOf(old)) {
                        open(chain, node);
                    }
                }
            } catch (Throwable t) {
                NbdException failure = layer.failures().failed("take over", t);
                takeBack();
                throw failure;
            }
        }

        private void open(Chain chain, DeviceNode node) throws Exception {
            OpenDevice gone = node.device;
            OpenDevice device = new OpenDevice(chain, layer, gone.exportName, gone.readOnly, gone.below);
            List<DeviceNode> below = new ArrayList<>();
            for (DeviceNode child : chain.childrenOf(gone)) {
                DeviceNode stand = new DeviceNode(child.exportName, child.readOnly);
                stand.device = child.device;
                below.add(stand);
            }
            lent.addAll(below);
            device.reuse = below;
            synchronized (lock) {
                if (stranded) {
                    throw StrandedDevice.refused();
                }
                made.put(node, device);
            }
            chain.openTarget(device);
            checkNotStranded();
            HandOver state = givenDevices.get(gone);
            if (state != null) {
                device.target.adopt(state);
                adoptedDevices.put(device, gone);
                checkNotStranded();
            }
            device.prepare();
            checkNotStranded();
            String why = gone.info() == null ? null : Capabilities.incompatibility(gone.info(), device.info());
            if (why == null && node == chain.top()) {
                why = Capabilities.incompatibility(chain.promised(), device.info());
            }
            if (why != null) {
                throw new NbdException(NbdError.EINVAL, why);
            }
        }

        private void checkNotStranded() throws NbdException {
            if (isStranded()) {
                throw StrandedDevice.refused();
            }
        }

        private boolean isStranded() {
            synchronized (lock) {
                return stranded;
            }
        }

        /**
         * Gives {@link #run} up, from another thread: what it does from now on is without effect, and when its call
         * returns it takes back what it has made. The state is kept for another one.
         */
        public void strand() {
            List<OpenDevice> devices;
            synchronized (lock) {
                stranded = true;
                devices = new ArrayList<>(made.values());
            }
            layer.scope().cancel("it did not take over in time");
            devices.forEach(d -> d.chain.strand(d));
        }

        /** Puts it in; the gates are shut. */
        public void commit() {
            List<DeviceNode> unused = new ArrayList<>();
            made.forEach((node, device) -> {
                deviceState.remove(node.device);
                unused.addAll(device.reuse);
                device.reuse = null;
                node.device = device;
            });
            for (Chain chain : open) {
                List<Layer> changed = new ArrayList<>(chain.layers());
                changed.replaceAll(l -> l == old ? layer : l);
                chain.setLayers(changed);
            }
            // The successor may ask for fewer devices below it than the old layer had.
            unused.forEach(n -> n.device.chain.closeSubtree(n));
            layerState = null;
            // What is left belongs to connections that have gone meanwhile.
            deviceState.values().forEach(HandOvers::discard);
            deviceState.clear();
            layer.continueCountsOf(old);
        }

        /** Gives the state back and closes what was opened: instead of {@link #commit}. */
        public void takeBack() {
            Failures failures = new Failures();
            adoptedDevices.forEach((device, gone) -> failures.run(() -> {
                // What was adopted is the successor's until it gives it back: the old value must not be used again.
                Optional<HandOver> back = released(givenDevices.get(gone), () -> device.target.release());
                synchronized (lock) {
                    if (!stranded) {
                        deviceState.remove(gone);
                        back.ifPresent(s -> deviceState.put(gone, s));
                    }
                }
            }));
            if (adopted) {
                failures.run(() -> {
                    Optional<HandOver> back = released(given, () -> layer.instance().release());
                    synchronized (lock) {
                        if (!stranded) {
                            layerState = back.orElse(null);
                        }
                    }
                });
            }
            made.values().forEach(this::close);
            if (failures.first() != null) {
                layer.failures().failed("roll back", failures.first());
            }
        }

        /** What it gives back; of one that was given up only what is its own, because the rest is another one's by then. */
        private Optional<HandOver> released(HandOver others, Release release) {
            Optional<HandOver> back;
            try {
                back = HandOvers.checked(old.kind(), release.run());
            } catch (Throwable t) {
                layer.failures().failed("roll back", t);
                back = Optional.empty();
            }
            if (isStranded()) {
                HandOvers.discardAllBut(others, back.orElse(null));
            }
            return back;
        }

        private void close(OpenDevice device) {
            Chain chain = device.chain;
            chain.closeTarget(device);
            for (DeviceNode child : chain.childrenOf(device)) {
                if (!lent.contains(child)) {
                    chain.closeSubtree(child);
                }
            }
        }
    }

    private interface Release {
        Optional<HandOver> run() throws Exception;
    }

    /** Nobody will take over: what was handed over is given back. */
    public void discard() {
        HandOvers.discard(layerState);
        deviceState.values().forEach(HandOvers::discard);
        layerState = null;
        deviceState.clear();
    }
}
