package dev.sluice.core.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.NbdException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.chain.Journal;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Exports over kinds that a test lets come and go. */
public final class ExportBench implements Kinds, AutoCloseable {
    /** Short enough to be waited for on a manual clock, long enough to be told apart. */
    public static final Duration DRAIN = Duration.ofSeconds(10);
    /** As above. */
    public static final Duration HOLD = Duration.ofSeconds(60);

    /** Shared parts. */
    public final CoreServices core;
    /** What the layers did. */
    public final Journal journal = new Journal();
    /** Records. */
    public final SwapLog swaps;
    /** Under test. */
    public final Exports exports;
    private final List<FakeKind> kinds = new CopyOnWriteArrayList<>();
    private final List<FakeKind> all = new CopyOnWriteArrayList<>();
    private long connections;

    /** On this platform. */
    public ExportBench(Platform platform) {
        core = new CoreServices(platform);
        swaps = new SwapLog(core.services.observers());
        exports = new Exports(core.services, swaps);
        exports.setKinds(this);
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        return kinds.stream().filter(k -> k.filter() == filter && k.name().equals(name)).max((a, b) -> a.version().compareTo(b.version()))
                .map(k -> k);
    }

    @Override
    public List<Kind> all() {
        return List.copyOf(kinds);
    }

    /** A plugin comes. */
    public FakeKind plugin(String name, String version, Supplier<NbdLayer> maker) {
        return arrive(FakeKind.plugin(name, version, maker));
    }

    /** A plugin comes that does nothing special. */
    public FakeKind plugin(String name) {
        return plugin(name, "1", () -> new FakePlugin(journal, name));
    }

    /** A filter comes. */
    public FakeKind filter(String name, String version, Supplier<NbdLayer> maker) {
        return arrive(FakeKind.filter(name, version, maker));
    }

    /** A filter comes that does nothing special. */
    public FakeKind filter(String name) {
        return filter(name, "1", () -> new FakeFilter(journal, name));
    }

    /** A kind comes. */
    public FakeKind arrive(FakeKind kind) {
        all.add(kind);
        kinds.add(kind);
        exports.arrived(kind);
        return kind;
    }

    /** A kind goes whose code does not return: something of it may be in use still. */
    public void leaveStranded(FakeKind kind) {
        kinds.remove(kind);
        exports.leaving(kind);
    }

    /** A kind goes; returns when nothing of it is in use. */
    public void leave(FakeKind kind) {
        kinds.remove(kind);
        exports.leaving(kind);
        assertEquals(0, kind.out(), "objects of " + kind.name() + " " + kind.version() + " that were not given back when it left");
    }

    /** An export of these layers, started but perhaps not settled. */
    public Export add(String name, String... lines) {
        return exports.add(new ExportConfig(name, ExportConfig.layers(name, List.of(lines)), true, false, DRAIN, HOLD, Path.of("/")));
    }

    /** An export of these layers that is active. */
    public Export active(String name, String... lines) throws Exception {
        Export export = add(name, lines);
        await(export, ExportState.ACTIVE);
        return export;
    }

    /** Waits for a state. */
    public static void await(Export export, ExportState state) throws Exception {
        Background.until(() -> export.state() == state, "the export is " + state + ", not " + export.state() + " " + export.why());
    }

    /** Waits for a reason. */
    public static void awaitWhy(Export export, String part) throws Exception {
        Background.until(() -> export.why().contains(part), "the reason contains " + part);
    }

    /** A client opens. */
    public Client open(String name) throws NbdException {
        Client client = new Client();
        client.connection = exports.open(name, new TestClient(++connections), client);
        return client;
    }

    /** In real time, for what other threads do. */
    public Deadline soon() {
        return Deadline.after(core.services.platform(), Duration.ofSeconds(30));
    }

    /** Ends all exports; fails if anything is left. */
    public void assertNothingLeaked() {
        for (Export e : exports.all()) {
            exports.remove(e, "the test ends");
        }
        Background.letBecome(() -> all.stream().allMatch(k -> k.out() == 0));
        for (FakeKind k : all) {
            assertEquals(0, k.out(), "objects of " + k.name() + " " + k.version() + " that were not given back");
            assertEquals(List.of(), k.mistakes());
        }
        core.assertNothingLeaked();
    }

    @Override
    public void close() {
        core.close();
    }

    /** One client's end of an export. */
    public static final class Client implements ExportDirectory.SessionControl {
        /** What it has open. */
        public OpenConnection connection;
        private final CountDownLatch hard = new CountDownLatch(1);
        private final List<String> reasons = new CopyOnWriteArrayList<>();

        @Override
        public void disconnectSoft(String why) {
            reasons.add(why);
        }

        @Override
        public void disconnectHard(String why) {
            reasons.add(why);
            hard.countDown();
        }

        /** Whether it was sent away. */
        public boolean isCut() {
            return hard.getCount() == 0;
        }

        /** Why it was sent away. */
        public List<String> reasons() {
            return List.copyOf(reasons);
        }

        /** A request that runs through the gate as those of the transmission do. */
        public <T> T request(Deadline deadline, Request<T> request) throws Exception {
            if (!connection.gate().enter(deadline)) {
                throw new IllegalStateException("the gate is " + (connection.gate().isClosed() ? "closed" : "shut"));
            }
            try {
                return request.run(connection.device());
            } finally {
                connection.gate().exit();
            }
        }
    }

    /** A request. */
    public interface Request<T> {
        /** Runs it. */
        T run(dev.sluice.api.NbdDevice device) throws Exception;
    }
}
