package dev.sluice.core.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A thread of a simulated run: it runs while it has the turn, and there is one turn. */
final class SimThread extends Thread {
    final Scheduler scheduler;
    final int number;
    private final Runnable body;
    private volatile boolean turn;

    // the scheduler's, changed by whoever has the turn
    boolean runnable;
    boolean ended;
    boolean permit;
    boolean timedOut;
    long wakeAt;
    long wait;
    String blockedOn = "";
    final List<SimMonitor> held = new ArrayList<>();

    SimThread(Scheduler scheduler, int number, String name, Runnable body) {
        super(null, null, name, 256 << 10, false);
        this.scheduler = scheduler;
        this.number = number;
        this.body = body;
        setDaemon(true);
    }

    /** Sets hold threads: their order is the same in every run. */
    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public void run() {
        awaitTurn();
        try {
            body.run();
        } catch (Throwable t) {
            scheduler.fail("thread " + getName() + " ended with " + t, t);
        }
        scheduler.end(this);
    }

    void awaitTurn() {
        while (!turn) {
            LockSupport.park(this);
        }
        turn = false;
    }

    void giveTurn() {
        turn = true;
        LockSupport.unpark(this);
    }

    @Override
    public String toString() {
        return number + " " + getName();
    }
}
