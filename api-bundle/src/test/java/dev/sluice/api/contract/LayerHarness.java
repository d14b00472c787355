package dev.sluice.api.contract;

import dev.sluice.api.HandOver;
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

    private LayerHarness(Supplier<? extends NbdLayer> kinds, String kindName, List<String> words, Path directory, ModelDevice behind) {
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

    /** For a filter in front of a model. */
    public static LayerHarness filter(Supplier<? extends NbdFilter> kinds, String kindName, List<String> words, Path directory,
            ModelDevice behind) {
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
        connection.open(layer);
        connections.add(connection);
        return connection;
    }

    /**
     * Replaces the layer by a new object with the same words: devices are opened beside the old ones unless it is
     * exclusive, the old layer releases, the new one adopts, the old one is closed.
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
        List<Connection> after = successor.exclusive() ? List.of() : reopen(successor, before);
        List<Optional<HandOver>> devices = releaseDevices(before);
        Optional<HandOver> state = old.release();
        if (state.isPresent()) {
            successor.adopt(state.get());
        }
        after = successor.exclusive() ? reopen(successor, before) : after;
        for (int i = 0; i < after.size(); i++) {
            if (devices.get(i).isPresent()) {
                after.get(i).device().adopt(devices.get(i).get());
            }
        }
        layer = successor;
        words = List.copyOf(newWords);
        connections.clear();
        connections.addAll(after);
        for (Connection c : before) {
            c.close(false);
        }
        old.close();
        return after;
    }

    /**
     * A swap whose successor fails before it has adopted anything: it is closed, and the old layer and its devices get
     * their own state back.
     */
    public void rollBack() throws Exception {
        NbdLayer successor = ready(words);
        List<Connection> after = successor.exclusive() ? List.of() : reopen(successor, connections);
        List<Optional<HandOver>> devices = releaseDevices(connections);
        Optional<HandOver> state = layer.release();
        for (Connection c : after) {
            c.close(false);
        }
        successor.close();
        if (state.isPresent()) {
            layer.adopt(state.get());
        }
        for (int i = 0; i < devices.size(); i++) {
            if (devices.get(i).isPresent()) {
                connections.get(i).device().adopt(devices.get(i).get());
            }
        }
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

    private List<Connection> reopen(NbdLayer successor, List<Connection> before) throws IOException {
        List<Connection> after = new ArrayList<>();
        for (Connection old : before) {
            TestOpenRequest r = old.request();
            Connection fresh = new Connection(this, new TestOpenRequest(context, r.exportName(), r.readOnly(), r.client()));
            fresh.open(successor);
            after.add(fresh);
        }
        return after;
    }

    private static List<Optional<HandOver>> releaseDevices(List<Connection> all) throws Exception {
        List<Optional<HandOver>> released = new ArrayList<>();
        for (Connection c : all) {
            released.add(c.device().release());
        }
        return released;
    }
}
