package dev.sluice.core.simulation;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.buffer.Files;
import dev.sluice.core.chain.Services;
import dev.sluice.core.engine.Engine;
import dev.sluice.core.engine.ListenerConfig;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.SwapLog;
import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.transport.ListenAddress;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Timers;
import dev.sluice.core.util.Workers;
import dev.sluice.core.view.RuntimeControl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** One seed: a server, its clients and its operator, from the start to the end of all threads. Public for its loader. */
public final class Run {
    private static final long MAX_POINTS = 20_000_000;
    private static final long MAX_NANOS = 4 * 3600 * 1_000_000_000L;

    private final Dice dice;
    private final Weather weather;
    private final Scheduler scheduler;
    private final World world;

    private Run(long seed) {
        dice = new Dice(seed * 0x9E3779B97F4A7C15L + 1);
        weather = new Weather(dice);
        scheduler = new Scheduler(new Dice(dice.next()), weather.switchOnce, weather.stallOnce, MAX_POINTS, MAX_NANOS);
        world = new World(scheduler, dice, weather);
    }

    /** Called by {@link SimulatedCore}. */
    public static LongFunction<Map<String, Object>> runner() {
        return seed -> new Run(seed).result();
    }

    private Map<String, Object> result() {
        Complaints complaints = new Complaints(scheduler);
        try {
            scheduler.run("operator", this::all);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            complaints.close();
        }
        Map<String, Object> result = new HashMap<>();
        result.put("hash", scheduler.hash());
        result.put("points", scheduler.points());
        result.put("nanos", scheduler.now());
        result.put("requests", world.nextRequest() - 1);
        result.put("failure", scheduler.failure());
        result.put("cause", scheduler.cause());
        return result;
    }

    private void all() {
        SimPlatform platform = new SimPlatform(scheduler, dice, weather.spuriousOnce, weather.refuseThreadOnce);
        BufferPool buffers = new BufferPool(platform, weather.bufferBytes);
        Files files = new Files();
        Workers workers = new Workers(platform, "sluice-worker", weather.workers);
        Timers timers = new Timers(platform);
        Services services = new Services(platform, buffers, files, workers, timers, Path.of("/"), () -> { });
        SwapLog swaps = new SwapLog();
        Exports exports = new Exports(services, swaps);
        SimKinds kinds = new SimKinds(world);
        kinds.listen(exports);
        exports.setKinds(kinds);
        SimNetwork network = new SimNetwork(scheduler, dice, weather.pieces, weather.wireDelay, weather.acceptFailsOnce,
                weather.blocks * weather.block);
        Engine engine = new Engine(services, network, exports);
        Driver driver = new Driver(world, kinds, exports, new RuntimeControl(platform, exports, kinds, null));
        driver.create();
        engine.listen(new ListenerConfig("main", ListenAddress.parse("tcp:127.0.0.1:0"), HandshakeOptions.DEFAULT, Duration.ofSeconds(60),
                false, 100, weather.threads, 64L << 20));
        boolean[] second = new boolean[1];
        if (weather.operators > 1) {
            scheduler.start("second operator", () -> {
                for (int i = 0; i < weather.changes; i++) {
                    world.sleep(dice.spread(1_000, 50_000_000));
                    driver.change();
                }
                second[0] = true;
            });
        } else {
            second[0] = true;
        }
        List<SimClient> clients = new ArrayList<>();
        int coming = weather.clients;
        for (int changes = weather.changes; coming > 0 || changes > 0;) {
            if (coming > 0 && (changes == 0 || dice.once(2))) {
                SimClient c = new SimClient(world, network, clients.size() + 1);
                clients.add(c);
                c.start();
                coming--;
            } else {
                driver.change();
                changes--;
            }
            world.sleep(dice.spread(1_000, 50_000_000));
        }
        for (long i = 0; !second[0] || !clients.stream().allMatch(SimClient::isDone); i++) {
            world.check(i < 4 * 3600, "clients are not done");
            world.sleep(1_000_000_000L);
        }
        awaitNobody(exports, engine);
        end(platform, buffers, files, workers, timers, exports, kinds, network, engine);
        driver.powerLoss();
    }

    /** All clients have gone: the server notices that by itself. */
    private void awaitNobody(Exports exports, Engine engine) {
        for (int i = 0; !world.stranded && !(engine.connections().isEmpty() && exports.all().get(0).connections().isEmpty()); i++) {
            world.check(i < 300, "connections are left though all clients have gone: " + engine.connections());
            world.sleep(1_000_000_000L);
        }
        if (dice.once(2)) {
            awaitNobodyWatched();
        }
    }

    /** The watcher's thread ends when it has had nothing to look at for ten seconds; what it still knows would be held for ever. */
    private void awaitNobodyWatched() {
        for (int i = 0; !world.stranded && scheduler.alive().stream().anyMatch(t -> t.getName().equals("sluice-watcher")); i++) {
            world.check(i < 60, "the watcher still looks at something though all connections have ended");
            world.sleep(1_000_000_000L);
        }
    }

    private void end(SimPlatform platform, BufferPool buffers, Files files, Workers workers, Timers timers, Exports exports, SimKinds kinds,
            SimNetwork network, Engine engine) {
        world.note("the end");
        world.beginsToStop();
        engine.stopAccepting();
        exports.all().forEach(e -> exports.remove(e, "the server is shutting down"));
        engine.close(Duration.ofSeconds(3));
        timers.close();
        workers.close();
        if (world.stranded) {
            world.sleep(200_000_000_000L);
        }
        world.check(workers.awaitEnd(Deadline.after(platform, Duration.ofSeconds(1))), "workers have not ended");
        kinds.checkNothingOut();
        world.check(files.open() == 0, files.open() + " files are still open");
        world.check(buffers.leases() == 0, buffers.leases() + " buffers were not given back");
    }
}
