package dev.sluice.core.simulation;

import dev.sluice.api.Cancellation;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdLayer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What the layers of a run have in common: they are slow, and not always in the mood. */
final class Layers {
    /** So that who gets it back knows that it goes on. */
    static final Optional<HandOver> NOTHING = Optional.of(new HandOver("simulation.nothing", 1, Map.of()));

    private Layers() {
    }

    /** A layer of one of the kinds of a run. */
    static NbdLayer make(World world, String kind, String name) {
        return switch (kind) {
            case "disk" -> new DiskPlugin(world, name);
            case "pass" -> new PassFilter(world, name);
            case "strict" -> new StrictFilter(world, name);
            default -> new BackFilter(world, name);
        };
    }

    /** Takes its time, in one of the ways in which code does. */
    static void slowly(World world, Cancellation cancellation) throws NbdException {
        Weather w = world.weather;
        if (w.stuck && world.dice.once(60)) {
            world.note("a call that takes too long");
            world.stranded = true;
            world.beginsToStop();
            world.sleep(world.dice.between(1, 100) * 1_000_000_000L);
        } else if (world.dice.once(w.slowOnce)) {
            long time = world.dice.spread(1_000, w.slow);
            if (world.dice.once(2)) {
                cancellation.sleep(Duration.ofNanos(time));
            } else {
                world.sleep(time);
            }
        }
    }

    /** What is done once for a swap may take its time as well. */
    static void unhurried(World world) {
        world.scheduler.point(30);
        if (world.dice.once(2)) {
            world.sleep(world.dice.spread(1_000, 3_000_000));
        }
    }

    /** Who has had state gives it away and takes it back; who is new may not understand it. */
    static void refuseSometimes(World world, boolean fresh) throws IOException {
        if (fresh && world.dice.once(world.weather.adoptFailsOnce)) {
            throw new IOException("simulated adopt");
        }
    }

    /** A block, or a part of one. */
    static void fill(ByteBuffer into, long value) {
        while (into.remaining() >= 8) {
            into.putLong(value);
        }
        while (into.hasRemaining()) {
            into.put((byte) value);
        }
    }
}
