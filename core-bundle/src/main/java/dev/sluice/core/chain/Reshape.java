package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.util.Reads;
import dev.sluice.core.util.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings all chains of an export from one list of layers to another while clients stay: layers are inserted, removed,
 * moved or replaced by successors, for all connections or for none. The steps are called in this order:
 *
 * <ol>
 * <li>{@link #openBeside}: the gates are open, requests run; devices of new layers are opened in front of the devices that
 *     are there. Skipped for layers that are {@code exclusive}.
 * <li>{@link #takeOver}: the gates are shut and nobody is inside; state is handed over, what is not open yet is opened,
 *     everything is verified.
 * <li>{@link #leave}: what is removed brings its data home.
 * <li>{@link #commit}: still shut; pointers are moved.
 * <li>{@link #closeOld}: the gates are open again; what is not used any more is closed.
 * </ol>
 *
 * <p>Where one of them throws, {@link #giveBack} and {@link #restore} undo the hand-over, the gates being shut, and then
 * {@link #abandon} closes what was opened. One thread does all this while the export's operations lock is held. Another
 * one may {@link #strand} it before the commit, because code of the new layers hangs: then that one restores the old
 * layers, and the thread that hangs does nothing more but {@code abandon} when it comes back.
 */
public final class Reshape {
    /** What the self-test reads. */
    private static final int SELF_TEST = 4096;

    private final List<Layer> before;
    private final List<Layer> after;
    /** New layer to the old one whose state it takes over. */
    private final Map<Layer, Layer> successors;
    private final boolean force;
    /** Guards what is taken from old layers against {@link #strand}. */
    private final Object lock = new Object();
    private boolean stranded;
    private final Map<Chain, Map<Layer, OpenDevice>> opened = new LinkedHashMap<>();
    private final Map<Chain, List<OpenDevice>> sequences = new LinkedHashMap<>();
    private final List<OpenDevice> unused = new ArrayList<>();
    /** Opened beside chains whose clients had left, or that had become shorter, by the time of the commit. */
    private final List<OpenDevice> left = new ArrayList<>();
    /** Every device of a new layer, from before it is opened. Guarded by lock, because who strands reads it. */
    private final List<OpenDevice> made = new ArrayList<>();
    private final Map<Layer, HandOver> layerStates = new LinkedHashMap<>();
    private final Map<OpenDevice, HandOver> deviceStates = new LinkedHashMap<>();
    private final Map<Layer, Layer> adopted = new LinkedHashMap<>();
    private final Map<OpenDevice, OpenDevice> adoptedDevices = new LinkedHashMap<>();

    /** Nobody waits for this thread any more. */
    private static final class StrandedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StrandedException() {
            super("the change was given up", null, false, false);
        }
    }

    /**
     * A change that has not begun.
     *
     * @param before nearest the client first
     * @param after the same; layers that are in both stay as they are
     * @param successors from a layer of {@code after} to the layer of {@code before} that hands over to it
     * @param force what a removed filter can't bring home may be lost
     */
    public Reshape(List<Layer> before, List<Layer> after, Map<Layer, Layer> successors, boolean force) {
        this.before = List.copyOf(before);
        this.after = List.copyOf(after);
        this.successors = new LinkedHashMap<>(successors);
        this.force = force;
    }

    /**
     * The devices of a chain, one per layer, from the client inwards. It ends early at a filter that has nothing open behind
     * it for the moment, as one that tries again later.
     */
    private List<OpenDevice> line(Chain chain) throws NbdException {
        List<OpenDevice> line = new ArrayList<>();
        DeviceNode node = chain.top();
        while (true) {
            line.add(node.device);
            List<DeviceNode> children = chain.childrenOf(node.device);
            if (children.isEmpty()) {
                return line;
            }
            if (children.size() != 1) {
                throw new NbdException(NbdError.EINVAL, "filter '" + node.device.layer.kind() + "' has " + children.size()
                        + " devices open behind it, so the layers around it can't be changed under clients");
            }
            node = children.get(0);
        }
    }

    /**
     * Opens the devices of the new layers of one chain beside what is there.
     *
     * @throws NbdException one does not open, or can't stand in for what it replaces; the caller abandons
     */
    public void openBeside(Chain chain) throws NbdException {
        if (after.stream().anyMatch(l -> !before.contains(l) && (l.instance().exclusive() || successors.containsKey(l)
                && successors.get(l).instance().exclusive()))) {
            return;
        }
        build(chain);
    }

    /**
     * Reads a little through every device that was opened beside. Requests may run meanwhile if all layers of the chain
     * take several calls at once, because the layers that stay see a call more; otherwise the gates are shut.
     *
     * @throws NbdException it fails where the chain as it is does not; the caller abandons
     */
    public void selfTest(Chain chain) throws NbdException {
        for (OpenDevice d : opened.getOrDefault(chain, Map.of()).values()) {
            selfTest(chain, d);
        }
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

    /** The sequence of devices after the change; new ones are opened from the plugin outwards. */
    private void build(Chain chain) throws NbdException {
        List<OpenDevice> line = line(chain);
        Map<Layer, OpenDevice> mine = opened.computeIfAbsent(chain, c -> new LinkedHashMap<>());
        List<OpenDevice> sequence = new ArrayList<>();
        OpenDevice behind = null;
        for (int i = needed(line) - 1; i >= 0; i--) {
            Layer layer = after.get(i);
            DeviceNode asked = asked(chain, line, i);
            OpenDevice device = find(line, layer);
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

    /** How the device at this place of the new chain is asked for: by what stands in front of it, or by the client. */
    private DeviceNode asked(Chain chain, List<OpenDevice> line, int index) {
        Layer replaced = successors.get(after.get(index));
        OpenDevice old = replaced == null ? null : find(line, replaced);
        if (old != null) {
            return new DeviceNode(old.exportName, old.readOnly);
        }
        for (int i = index - 1; i >= 0; i--) {
            OpenDevice front = find(line, after.get(i));
            Layer before = successors.get(after.get(i));
            if (front == null && before != null) {
                // The one in front is replaced itself, and will ask as the one before it did.
                front = find(line, before);
            }
            List<DeviceNode> children = front == null ? List.of() : chain.childrenOf(front);
            if (children.size() == 1) {
                return children.get(0);
            }
        }
        return chain.top();
    }

    private static OpenDevice find(List<OpenDevice> line, Layer layer) {
        return line.stream().filter(d -> d.layer == layer).findFirst().orElse(null);
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
        synchronized (lock) {
            if (stranded) {
                throw new StrandedException();
            }
            made.add(device);
        }
        // What it opens before it fails is closed with it.
        unused.add(device);
        try {
            chain.openTarget(device);
        } catch (NbdException e) {
            throw refused(layer, e);
        }
        checkNotStranded();
        adoptDevice(device, line);
        try {
            device.prepare();
        } catch (NbdException e) {
            throw refused(layer, e);
        }
        checkNotStranded();
        device.reuse = null;
        return device;
    }

    private void checkNotStranded() {
        synchronized (lock) {
            if (stranded) {
                throw new StrandedException();
            }
        }
    }

    /**
     * Gives the thread up that is at work here: from now on new layers can use nothing behind them. What was taken from old
     * layers is where {@link #restore} finds it. Before the commit; by another thread.
     */
    public void strand() {
        List<OpenDevice> devices;
        synchronized (lock) {
            stranded = true;
            devices = List.copyOf(made);
        }
        for (Layer layer : after) {
            if (!before.contains(layer)) {
                layer.scope().cancel("it did not take over in time");
            }
        }
        devices.forEach(d -> d.chain.strand(d));
    }

    /** Compares what a client may see of a new device with the old one: an error where there was none refuses the change. */
    private static void selfTest(Chain chain, OpenDevice device) throws NbdException {
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

    /**
     * Hands state over, opens what is not open, and verifies.
     *
     * @param chains all that are open now
     * @throws NbdException refused; {@link #giveBack} and {@link #restore} are due
     */
    public void takeOver(List<Chain> chains) throws NbdException {
        try {
            releaseAll(chains);
            for (Map.Entry<Layer, Layer> pair : successors.entrySet()) {
                HandOver state = layerStates.get(pair.getValue());
                if (state != null) {
                    adopt(pair.getKey(), state);
                    adopted.put(pair.getKey(), pair.getValue());
                    checkNotStranded();
                }
            }
            for (Chain chain : chains) {
                for (OpenDevice d : opened.getOrDefault(chain, Map.of()).values()) {
                    adoptDevice(d, line(chain));
                }
                build(chain);
                verify(chain);
            }
        } catch (NbdException | StrandedException e) {
            throw e;
        } catch (Throwable t) {
            throw after.get(0).failures().failed("take over", t);
        }
    }

    /** Whether a layer is taken out that may have data to bring home. */
    public boolean someLeave() {
        return before.stream().anyMatch(this::leaves);
    }

    private boolean leaves(Layer layer) {
        return !after.contains(layer) && !successors.containsValue(layer) && layer.instance() instanceof NbdFilter;
    }

    /**
     * Lets what is removed bring its data home. The last step that can refuse, because what was brought home stays there.
     * It takes as long as it takes: it can't be given up, because who holds the data would then write it behind the back of
     * the clients.
     *
     * @throws NbdException refused; {@link #giveBack} and {@link #restore} are due
     */
    public void leave(List<Chain> chains) throws NbdException {
        for (Layer layer : before) {
            if (!leaves(layer)) {
                continue;
            }
            NbdFilter filter = (NbdFilter) layer.instance();
            try {
                for (Chain chain : chains) {
                    OpenDevice device = find(line(chain), layer);
                    if (device != null) {
                        filter.leave(device.target, force);
                    }
                }
                filter.leave(force);
            } catch (Throwable t) {
                throw layer.failures().failed("leave", t);
            }
        }
    }

    private static void adopt(Layer layer, HandOver state) throws NbdException {
        try {
            layer.instance().adopt(state);
        } catch (Throwable t) {
            throw refused(layer, t);
        }
    }

    /** What a new layer throws is the operator's to read: no client has seen it, and nothing is logged as a fault. */
    private static NbdException refused(Layer layer, Throwable t) {
        String line = Failures.line(t);
        String text = line.startsWith(layer.kind() + ":") ? line : layer.kind() + ": " + line;
        return new NbdException(t instanceof NbdException e ? e.error() : NbdError.EINVAL, text, t);
    }

    private void releaseAll(List<Chain> chains) throws NbdException {
        for (Layer old : successors.values()) {
            try {
                for (Chain chain : chains) {
                    OpenDevice device = find(line(chain), old);
                    if (device == null) {
                        continue;
                    }
                    Optional<HandOver> state = HandOvers.checked(old.kind(), device.target.release());
                    if (!keep(deviceStates, device, state) && state.isPresent()) {
                        device.target.adopt(state.get());
                    }
                    checkNotStranded();
                }
                Optional<HandOver> state = HandOvers.checked(old.kind(), old.instance().release());
                if (!keep(layerStates, old, state) && state.isPresent()) {
                    old.instance().adopt(state.get());
                }
                checkNotStranded();
            } catch (StrandedException e) {
                throw e;
            } catch (Throwable t) {
                throw old.failures().failed("release", t);
            }
        }
    }

    /** False if nobody would give it back: the change was given up meanwhile. */
    private <K> boolean keep(Map<K, HandOver> states, K from, Optional<HandOver> state) {
        synchronized (lock) {
            if (!stranded) {
                state.ifPresent(s -> states.put(from, s));
            }
            return !stranded;
        }
    }

    private void adoptDevice(OpenDevice device, List<OpenDevice> line) throws NbdException {
        Layer old = successors.get(device.layer);
        OpenDevice source = old == null ? null : find(line, old);
        HandOver state = source == null ? null : deviceStates.get(source);
        if (state != null && !adoptedDevices.containsKey(device)) {
            try {
                device.target.adopt(state);
            } catch (Throwable t) {
                throw refused(device.layer, t);
            }
            adoptedDevices.put(device, source);
            checkNotStranded();
        }
    }

    /** Every device that stays was told something about the device behind it; the client was told something too. */
    private void verify(Chain chain) throws NbdException {
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

    /**
     * Compares the bytes of the old and the new plugin, the gates being shut. Called after {@link #takeOver}.
     *
     * @param atMost how long the clients may wait for it
     * @throws NbdException they differ, or it takes too long; {@link #giveBack} and {@link #restore} are due
     */
    public void compareContents(Duration atMost) throws NbdException {
        for (Map.Entry<Chain, List<OpenDevice>> e : sequences.entrySet()) {
            List<OpenDevice> line = line(e.getKey());
            if (line.size() == before.size() && e.getValue().size() == after.size()) {
                ContentComparison.compare(line.get(line.size() - 1), e.getValue().get(after.size() - 1), atMost);
                // All connections see the same plugin; comparing through one of them is enough.
                return;
            }
        }
        if (!sequences.isEmpty()) {
            throw new NbdException(NbdError.EINVAL, "the contents can't be compared, because no client has the plugin open now");
        }
    }

    /** Moves the pointers; the gates are shut. From now on the change is done. */
    public void commit(List<Chain> chains) {
        unused.stream().filter(d -> !chains.contains(d.chain)).forEach(left::add);
        unused.clear();
        for (Chain chain : chains) {
            Set<OpenDevice> then = chain.devices();
            List<OpenDevice> sequence = sequences.get(chain);
            chain.top().device = sequence.get(0);
            for (int i = 0; i + 1 < sequence.size(); i++) {
                List<DeviceNode> children = chain.childrenOf(sequence.get(i));
                if (children.size() == 1) {
                    children.get(0).device = sequence.get(i + 1);
                }
            }
            chain.setLayers(after);
            Set<OpenDevice> now = chain.devices();
            then.stream().filter(d -> !now.contains(d)).forEach(unused::add);
            opened.getOrDefault(chain, Map.of()).values().stream().filter(d -> !now.contains(d)).forEach(left::add);
        }
        successors.forEach(Layer::continueCountsOf);
    }

    /** Closes the devices that were replaced or removed. */
    public void closeOld() {
        for (OpenDevice d : unused) {
            d.chain.closeTarget(d);
        }
        unused.clear();
        left.forEach(d -> closeNew(d, left));
        left.clear();
    }

    /** Takes from the new layers what they have adopted. */
    public void giveBack() {
        Failures failures = new Failures();
        for (OpenDevice device : List.copyOf(adoptedDevices.keySet())) {
            OpenDevice source = adoptedDevices.remove(device);
            failures.run(() -> takeFrom(deviceStates, source, () -> device.target.release()));
        }
        for (Layer layer : List.copyOf(adopted.keySet())) {
            Layer old = adopted.remove(layer);
            failures.run(() -> takeFrom(layerStates, old, () -> layer.instance().release()));
        }
        report(failures);
    }

    private interface Release {
        Optional<HandOver> run() throws Exception;
    }

    /** Who was given up gives nothing back: the old layer has its own again. What it has besides is given up with it. */
    private <K> void takeFrom(Map<K, HandOver> states, K old, Release release) throws Exception {
        Optional<HandOver> state = release.run();
        if (!keep(states, old, state)) {
            HandOvers.discardAllBut(states.get(old), state.orElse(null));
        }
    }

    private void report(Failures failures) {
        if (failures.first() != null && !(failures.first() instanceof StrandedException)) {
            before.get(0).failures().failed("roll back", failures.first());
        }
    }

    /** Gives the old layers their state again; the gates are still shut. */
    public void restore() {
        Failures failures = new Failures();
        layerStates.forEach((old, state) -> failures.run(() -> old.instance().adopt(state)));
        deviceStates.forEach((source, state) -> failures.run(() -> source.target.adopt(state)));
        report(failures);
    }

    /** Closes everything that was opened for the change; nothing was committed. */
    public void abandon() {
        giveBack();
        List<OpenDevice> mine = new ArrayList<>(unused);
        unused.clear();
        // From the client inwards, as they are closed otherwise.
        for (int i = mine.size() - 1; i >= 0; i--) {
            closeNew(mine.get(i), mine);
        }
    }

    /** Closes a device of a new layer, and what it opened itself; what it was lent stays. */
    private void closeNew(OpenDevice device, List<OpenDevice> mine) {
        Set<OpenDevice> used = device.chain.devices();
        device.chain.closeTarget(device);
        for (DeviceNode child : device.chain.childrenOf(device)) {
            OpenDevice below = child.real();
            if (below != null && !used.contains(below) && !mine.contains(below) && before.contains(below.layer)) {
                device.chain.closeSubtree(child);
            }
        }
    }
}
