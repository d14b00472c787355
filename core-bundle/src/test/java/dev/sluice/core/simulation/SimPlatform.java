package dev.sluice.core.simulation;

import dev.sluice.core.util.Monitor;
import dev.sluice.core.util.Platform;

/** The core's clock, threads and waiting, all in the hands of a scheduler. */
final class SimPlatform implements Platform {
    private final Scheduler scheduler;
    private final Dice dice;
    private final int spuriousOnce;
    private final int refuseThreadOnce;

    SimPlatform(Scheduler scheduler, Dice dice, int spuriousOnce, int refuseThreadOnce) {
        this.scheduler = scheduler;
        this.dice = dice;
        this.spuriousOnce = spuriousOnce;
        this.refuseThreadOnce = refuseThreadOnce;
    }

    @Override
    public long nanoTime() {
        if (Thread.currentThread() instanceof SimThread) {
            scheduler.point(5);
        }
        return scheduler.now();
    }

    @Override
    public Monitor monitor(String name) {
        return new SimMonitor(scheduler, dice, name, spuriousOnce);
    }

    @Override
    public Thread start(String name, Runnable body) {
        scheduler.point(6);
        if (name.startsWith("sluice-worker") && dice.once(refuseThreadOnce)) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        return scheduler.start(name, body);
    }

    @Override
    public void park(Object blocker, long nanos) {
        SimThread self = (SimThread) Thread.currentThread();
        scheduler.point(8);
        long left = dice.once(spuriousOnce) ? Math.min(nanos, dice.spread(1, 1_000_000)) : nanos;
        if (!self.permit && left > 0) {
            scheduler.block("park", scheduler.now() + left);
        }
        self.permit = false;
    }

    @Override
    public void unpark(Thread thread) {
        scheduler.point(9);
        SimThread t = (SimThread) thread;
        t.permit = true;
        if (t.blockedOn.equals("park")) {
            scheduler.ready(t);
        }
    }
}
