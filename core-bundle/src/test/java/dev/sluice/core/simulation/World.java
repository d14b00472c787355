package dev.sluice.core.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What all parts of a run know: the dice, the disk, what clients were told, and what may be expected now. */
final class World {
    final Scheduler scheduler;
    final Dice dice;
    final Weather weather;
    final SimDisk disk;
    final History history;
    /** How many blocks each write has changed; by request. */
    private final Map<Long, Integer> effects = new HashMap<>();
    private final Set<Long> refused = new HashSet<>();
    private long requests;
    /** How often the export was stopped. */
    int epoch;
    private int stops;
    /** Something was under way since the run began that may refuse a new client. */
    boolean disturbed;
    /** A call has been given up: what it does, and when, is nobody's business. */
    boolean stranded;

    World(Scheduler scheduler, Dice dice, Weather weather) {
        this.scheduler = scheduler;
        this.dice = dice;
        this.weather = weather;
        this.disk = new SimDisk(weather.blocks, weather.shared || weather.back);
        this.history = new History(weather.blocks);
    }

    long nextRequest() {
        return ++requests;
    }

    void check(boolean condition, String otherwise) {
        if (!condition) {
            scheduler.fail(otherwise, null);
        }
    }

    void note(String what) {
        scheduler.note(what);
    }

    /** A layer that answers for it has taken this block of a write. */
    void effect(long value) {
        if (value != 0) {
            check(stranded || !refused.contains(value), "the write of " + History.text(value) + " was refused and done all the same");
            int before = effects.merge(value, 1, Integer::sum);
            check(before == 1 || weather.back, "the write of " + History.text(value) + " was run twice");
        }
    }

    /** A write is answered: everything must have happened. */
    void checkEffect(long value) {
        check(effects.containsKey(value), "the write of " + History.text(value) + " was answered before it was done");
    }

    /** A client was told that a write was refused: true if nothing has happened, and from now on nothing may. */
    boolean refuse(long value) {
        return !stranded && !effects.containsKey(value) && refused.add(value);
    }

    /** From now on connections may be ended by the server, and requests refused. */
    void beginsToStop() {
        stops++;
        disturbed = true;
        epoch++;
    }

    /** What was stopped runs again. */
    void endsToStop() {
        stops--;
    }

    /** The export ends or has ended: ESHUTDOWN and closed connections are right. */
    boolean isStopping() {
        return stops > 0 || stranded;
    }

    /** Everything that was promised to survive must be on stable storage now. */
    void checkStable() {
        if (weather.ram) {
            return;
        }
        for (int b = 0; b < disk.blocks(); b++) {
            String why = history.whyNotStable(b, disk.stable(b));
            if (why != null) {
                scheduler.fail("on stable storage " + why, null);
            }
        }
    }

    void sleep(long nanos) {
        scheduler.block("a while", scheduler.now() + nanos);
    }
}
