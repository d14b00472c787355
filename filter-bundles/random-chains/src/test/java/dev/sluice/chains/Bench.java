package dev.sluice.chains;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.ExportConfig;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.Kind;
import dev.sluice.core.export.Kinds;
import dev.sluice.core.export.OpenConnection;
import dev.sluice.core.export.SwapLog;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import dev.sluice.core.util.RealPlatform;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The core with one export, but without sockets. */
final class Bench implements Kinds, AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Platform platform = new RealPlatform();
    private final BufferPool buffers = new BufferPool(platform, 64 << 20);
    private final Files files = new Files();
    private final Services services;
    private final Exports exports;
    private final Map<String, TestKind> kinds = new ConcurrentHashMap<>();
    private final List<TestKind> all = new ArrayList<>();
    private Export export;
    private long clients;

    Bench(Path directory) {
        services = new Services(platform, buffers, files, new Workers(platform, "chains", 16), new Timers(platform), directory, () -> { });
        exports = new Exports(services, new SwapLog());
        exports.setKinds(this);
    }

    void add(TestKind kind) {
        all.add(kind);
        kinds.put(kind.name(), kind);
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        return Optional.ofNullable((Kind) kinds.get(name)).filter(k -> k.filter() == filter);
    }

    @Override
    public List<Kind> all() {
        return List.copyOf(kinds.values());
    }

    /** Starts the export. */
    void start(List<String> lines, Path directory) {
        export = exports.add(new ExportConfig("e", ExportConfig.layers("e", lines), true, false, LONG, LONG, directory));
        await(ExportState.ACTIVE);
    }

    private void await(ExportState wanted) {
        Deadline deadline = Deadline.after(platform, LONG);
        while (export.state() != wanted) {
            if (deadline.isOver() || export.state() == ExportState.FAILED) {
                throw new AssertionError("the export is " + export.state() + " and not " + wanted + ": " + export.why());
            }
            platform.park(this, 100_000);
        }
    }

    /** A client comes. */
    Client open() throws NbdException {
        return new Client();
    }

    /** New code for a kind comes beside the old one, which then goes. */
    void upgrade(String name) {
        TestKind old = kinds.get(name);
        TestKind fresh = old.next();
        add(fresh);
        try {
            export.upgrade(old, fresh, ChangeOptions.NONE);
        } catch (RuntimeException e) {
            kinds.put(name, old);
            throw e;
        }
        checkGone(old);
    }

    /** The code of a kind goes, and then comes again. */
    void updateInPlace(String name) {
        TestKind old = kinds.remove(name);
        exports.leaving(old);
        checkGone(old);
        TestKind fresh = old.next();
        add(fresh);
        exports.arrived(fresh);
        await(ExportState.ACTIVE);
    }

    /** Another chain, without the operator's word that contents change. */
    void reshape(List<String> lines) {
        export.reshape(ExportConfig.layers("e", lines), ChangeOptions.NONE);
    }

    private static void checkGone(TestKind old) {
        if (old.out() != 0) {
            throw new AssertionError(old.out() + " objects of " + old + " are still in use after it was replaced");
        }
    }

    /** Ends the export; fails if anything is left. */
    void end() {
        exports.remove(export, "the test ends");
        for (TestKind k : all) {
            if (k.out() != 0) {
                throw new AssertionError(k.out() + " objects of " + k + " were not given back");
            }
        }
        if (buffers.leases() != 0 || files.open() != 0) {
            throw new AssertionError(buffers.leases() + " buffers and " + files.open() + " files were not given back");
        }
    }

    @Override
    public void close() {
        services.timers().close();
        services.workers().close();
    }

    /** A request of a client. */
    interface Request<T> {
        T run(NbdDevice device) throws Exception;
    }

    /** One client's end of the export. */
    final class Client implements ExportDirectory.SessionControl {
        private final List<String> cut = new CopyOnWriteArrayList<>();
        private final OpenConnection connection;

        Client() throws NbdException {
            connection = exports.open("e", new TestClient(++clients), this);
        }

        OpenConnection connection() {
            return connection;
        }

        @Override
        public void disconnectSoft(String why) {
            cut.add(why);
        }

        @Override
        public void disconnectHard(String why) {
            cut.add(why);
        }

        /** Runs it through the gate, as the transmission does. */
        <T> T request(Request<T> request) throws Exception {
            if (!cut.isEmpty()) {
                throw new AssertionError("the client was cut off: " + cut);
            }
            if (!connection.gate().enter(Deadline.after(platform, LONG))) {
                throw new AssertionError("the gate does not open");
            }
            try {
                return request.run(connection.device());
            } finally {
                connection.gate().exit();
            }
        }

        void close() {
            connection.close();
        }
    }
}
