package dev.sluice.core.chain;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final List<Layer> before;
    private final List<Layer> after;
    /** New layer to the old one whose state it takes over. */
    private final Map<Layer, Layer> successors;
    private final boolean force;
    private final Strand strand = new Strand();
    private final StateTransfer states;
    private final List<OpenDevice> unused = new ArrayList<>();
    private final NewDevices fresh;
    /** Opened beside chains whose clients had left, or that had become shorter, by the time of the commit. */
    private final List<OpenDevice> left = new ArrayList<>();

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
        this.states = new StateTransfer(this.successors, before.get(0), strand);
        this.fresh = new NewDevices(this.before, this.after, this.successors, states, strand, unused);
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
        fresh.build(chain);
    }

    /**
     * Reads a little through every device that was opened beside. Requests may run meanwhile if all layers of the chain
     * take several calls at once, because the layers that stay see a call more; otherwise the gates are shut.
     *
     * @throws NbdException it fails where the chain as it is does not; the caller abandons
     */
    public void selfTest(Chain chain) throws NbdException {
        for (OpenDevice d : fresh.of(chain)) {
            NewDevices.selfTest(chain, d);
        }
    }

    /**
     * Gives the thread up that is at work here: from now on new layers can use nothing behind them. What was taken from old
     * layers is where {@link #restore} finds it. Before the commit; by another thread.
     */
    public void strand() {
        List<OpenDevice> devices = strand.giveUp();
        for (Layer layer : after) {
            if (!before.contains(layer)) {
                layer.scope().cancel("it did not take over in time");
            }
        }
        devices.forEach(d -> d.chain.strand(d));
    }

    /**
     * Hands state over, opens what is not open, and verifies.
     *
     * @param chains all that are open now
     * @throws NbdException refused; {@link #giveBack} and {@link #restore} are due
     */
    public void takeOver(List<Chain> chains) throws NbdException {
        try {
            states.release(chains);
            states.adoptLayers();
            for (Chain chain : chains) {
                for (OpenDevice d : fresh.of(chain)) {
                    states.adoptDevice(d, ChainLine.of(chain));
                }
                fresh.build(chain);
                fresh.verify(chain);
            }
        } catch (NbdException | Strand.StrandedException e) {
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
                    OpenDevice device = ChainLine.find(ChainLine.of(chain), layer);
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

    /**
     * Compares the bytes of the old and the new plugin, the gates being shut. Called after {@link #takeOver}.
     *
     * @param atMost how long the clients may wait for it
     * @throws NbdException they differ, or it takes too long; {@link #giveBack} and {@link #restore} are due
     */
    public void compareContents(Duration atMost) throws NbdException {
        for (Map.Entry<Chain, List<OpenDevice>> e : fresh.sequences().entrySet()) {
            List<OpenDevice> line = ChainLine.of(e.getKey());
            if (line.size() == before.size() && e.getValue().size() == after.size()) {
                ContentComparison.compare(line.get(line.size() - 1), e.getValue().get(after.size() - 1), atMost);
                // All connections see the same plugin; comparing through one of them is enough.
                return;
            }
        }
        if (!fresh.sequences().isEmpty()) {
            throw new NbdException(NbdError.EINVAL, "the contents can't be compared, because no client has the plugin open now");
        }
    }

    /** Moves the pointers; the gates are shut. From now on the change is done. */
    public void commit(List<Chain> chains) {
        unused.stream().filter(d -> !chains.contains(d.chain)).forEach(left::add);
        unused.clear();
        for (Chain chain : chains) {
            Set<OpenDevice> then = chain.devices();
            List<OpenDevice> sequence = fresh.sequence(chain);
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
            fresh.of(chain).stream().filter(d -> !now.contains(d)).forEach(left::add);
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
        states.giveBack();
    }

    /** Gives the old layers their state again; the gates are still shut. */
    public void restore() {
        states.restore();
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
