package dev.sluice.api.contract;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.util.ParameterParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs one layer without the core, with all calls in the order that {@link NbdLayer} promises, and swaps its code as a
 * live change does. Not for use by several threads, except through the devices.
 */
public final class LayerHarness implements AutoCloseable {
    private final Supplier<? extends NbdLayer> kinds;
    private final String kindName;
    private final TestContext context;
    private final TestNextLayer next;
    private final List<Connection> connections = new ArrayList<>();
    private List<String> words;
    private NbdLayer layer;
    private long clients;

    private LayerHarness(Supplier<? extends NbdLayer> kinds, String kindName, List<String> words, Path directory, NbdDevice behind) {
        this.kinds = kinds;
        this.kindName = kindName;
        this.words = List.copyOf(words);
        this.context = new TestContext(directory);
        this.next = behind == null ? null : new TestNextLayer(behind);
    }

    /** For a plugin; the words are as on the command line, the directory is where the operator stands. */
    public static LayerHarness plugin(Supplier<? extends NbdPlugin> kinds, String kindName, List<String> words, Path directory) {
        return new LayerHarness(kinds, kindName, words, directory, null);
    }

    /** For a filter in front of a device, which all connections share. */
    public static LayerHarness filter(Supplier<? extends NbdFilter> kinds, String kindName, List<String> words, Path directory,
            NbdDevice behind) {
        return new LayerHarness(kinds, kindName, words, directory, behind);
    }

    /**
     * Configures and readies a layer.
     *
     * @throws Exception what configure or ready threw, after the layer was closed
     */
    public LayerHarness start() throws Exception {
        layer = ready(words);
        return this;
    }

    /** Opens a device for a new client. */
    public Connection connect() throws IOException {
        clients++;
        return connect(new TestOpenRequest(context, "", false, new TestClient(clients)));
    }

    /** Opens a device as this request says. */
    public Connection connect(TestOpenRequest request) throws IOException {
        Connection connection = new Connection(this, request);
        try {
            connection.open(layer, Optional.empty());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("open threw what it may not throw", e);
        }
        connections.add(connection);
        return connection;
    }

    /**
     * Replaces the layer by a new object with the same words. An exclusive one is opened after the old one was released
     * and closed, any other one beside it.
     *
     * @return the new connections, in the order of the old ones
     */
    public List<Connection> swap() throws Exception {
        return swap(words);
    }

    /** As {@link #swap()}, with other words. */
    public List<Connection> swap(List<String> newWords) throws Exception {
        NbdLayer old = layer;
        List<Connection> before = List.copyOf(connections);
        NbdLayer successor = ready(newWords);
        List<Connection> beside = successor.exclusive() ? null : reopen(successor, before, null);
        List<Optional<HandOver>> states = releaseDevices(before);
        Optional<HandOver> state = old.release();
        List<Connection> after = takeOver(successor, state, before, states, beside);
        layer = successor;
        words = List.copyOf(newWords);
        connections.clear();
        connections.addAll(after);
        closeAll(before);
        old.close();
        return after;
    }

    /**
     * A swap whose successor fails before it has taken over anything: it is closed, and the old layer and its devices,
     * which are still open, get their own state back.
     */
    public void rollBack() throws Exception {
        NbdLayer successor = ready(words);
        List<Connection> beside = successor.exclusive() ? List.of() : reopen(successor, connections, null);
        List<Optional<HandOver>> states = releaseDevices(connections);
        Optional<HandOver> state = layer.release();
        closeAll(beside);
        successor.close();
        if (state.isPresent()) {
            layer.adopt(state.get());
        }
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).isPresent()) {
                connections.get(i).device().adopt(states.get(i).get());
            }
        }
    }

    /**
     * A swap whose successor has taken over everything, old devices are closed, and then it turns out not to be usable:
     * it gives the state back, and the old layer adopts it and opens its devices again.
     *
     * @return the connections on the old layer
     */
    public List<Connection> rollBackLate() throws Exception {
        List<Connection> before = List.copyOf(connections);
        NbdLayer successor = ready(words);
        List<Connection> beside = successor.exclusive() ? null : reopen(successor, before, null);
        List<Optional<HandOver>> states = releaseDevices(before);
        Optional<HandOver> state = layer.release();
        closeAll(before);
        List<Connection> after = takeOver(successor, state, before, states, beside);
        List<Optional<HandOver>> backs = releaseDevices(after);
        Optional<HandOver> back = successor.release();
        closeAll(after);
        successor.close();
        connections.clear();
        connections.addAll(takeOver(layer, back, before, backs, null));
        return List.copyOf(connections);
    }

    /** The layer in use. */
    public NbdLayer layer() {
        return layer;
    }

    /** What the layer was given; shared by all successors. */
    public TestContext context() {
        return context;
    }

    /** The layer behind a filter; null for a plugin. */
    public TestNextLayer next() {
        return next;
    }

    /** Disconnects everybody and ends the layer. Leaks are left to {@link TestContext#assertNothingHeld()}. */
    @Override
    public void close() throws IOException {
        try {
            for (Connection c : List.copyOf(connections)) {
                c.disconnect();
            }
        } finally {
            NbdLayer ending = layer;
            layer = null;
            context.cancellation().cancel("the layer has ended");
            context.tasks().end();
            if (ending != null) {
                end(ending);
            }
        }
    }

    private static void end(NbdLayer layer) {
        try {
            layer.close();
        } catch (Exception e) {
            throw new AssertionError("close of the layer failed", e);
        }
    }

    void forget(Connection connection) {
        connections.remove(connection);
    }

    private NbdLayer ready(List<String> with) throws Exception {
        NbdLayer fresh = kinds.get();
        try {
            fresh.configure(ParameterParser.parse(fresh.getClass(), kindName, with, context.temporaryDirectory()));
            fresh.ready(context);
            return fresh;
        } catch (Exception | Error e) {
            fresh.close();
            throw e;
        }
    }

    /** The successor's side of a swap; {@code beside} are its devices if they were opened before. */
    private List<Connection> takeOver(NbdLayer successor, Optional<HandOver> state, List<Connection> before,
            List<Optional<HandOver>> states, List<Connection> beside) throws Exception {
        if (state.isPresent()) {
            successor.adopt(state.get());
        }
        if (beside == null) {
            return reopen(successor, before, states);
        }
        for (int i = 0; i < beside.size(); i++) {
            if (states.get(i).isPresent()) {
                beside.get(i).device().adopt(states.get(i).get());
            }
        }
        return beside;
    }

    private List<Connection> reopen(NbdLayer successor, List<Connection> before, List<Optional<HandOver>> states) throws Exception {
        List<Connection> after = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            TestOpenRequest r = before.get(i).request();
            Connection fresh = new Connection(this, new TestOpenRequest(context, r.exportName(), r.readOnly(), r.client()));
            fresh.open(successor, states == null ? Optional.empty() : states.get(i));
            after.add(fresh);
        }
        return after;
    }

    private static void closeAll(List<Connection> all) throws IOException {
        for (Connection c : all) {
            c.close(false);
        }
    }

    private static List<Optional<HandOver>> releaseDevices(List<Connection> all) throws Exception {
        List<Optional<HandOver>> released = new ArrayList<>();
        for (Connection c : all) {
            released.add(c.device().release());
        }
        return released;
    }
}
