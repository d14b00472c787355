package dev.sluice.core.simulation;

import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Monitor;
import java.util.ArrayList;
import java.util.List;

/** A lock with one condition, whose waiters the scheduler wakes. */
final class SimMonitor implements Monitor {
    private final Scheduler scheduler;
    private final Dice dice;
    private final String name;
    private final int spuriousOnce;
    private SimThread owner;
    private int depth;
    private final List<SimThread> queue = new ArrayList<>();
    private final List<SimThread> waiting = new ArrayList<>();

    SimMonitor(Scheduler scheduler, Dice dice, String name, int spuriousOnce) {
        this.scheduler = scheduler;
        this.dice = dice;
        this.name = name;
        this.spuriousOnce = spuriousOnce;
    }

    private static SimThread self() {
        return (SimThread) Thread.currentThread();
    }

    @Override
    public void lock() {
        scheduler.point(1);
        acquire(-1);
    }

    @Override
    public boolean tryLock() {
        scheduler.point(2);
        if (owner != null && owner != self()) {
            return false;
        }
        return acquire(-1);
    }

    @Override
    public boolean tryLock(Deadline deadline) {
        scheduler.point(3);
        return acquire(scheduler.now() + deadline.remainingNanos());
    }

    private boolean acquire(long until) {
        SimThread self = self();
        while (owner != null && owner != self) {
            queue.add(self);
            boolean woken = scheduler.block("the lock '" + name + "' of " + owner, until);
            queue.remove(self);
            if (!woken && owner != null) {
                return false;
            }
        }
        owner = self;
        if (depth++ == 0) {
            self.held.add(this);
        }
        return true;
    }

    private void free() {
        owner.held.remove(this);
        owner = null;
        queue.forEach(scheduler::ready);
    }

    @Override
    public void unlock() {
        check();
        if (--depth == 0) {
            free();
        }
        scheduler.point(4);
    }

    @Override
    public void signalAll() {
        check();
        waiting.forEach(scheduler::ready);
        waiting.clear();
    }

    @Override
    public boolean await(Deadline deadline) {
        check();
        long left = deadline.remainingNanos();
        if (left == 0) {
            return false;
        }
        if (dice.once(spuriousOnce)) {
            left = Math.min(left, dice.spread(1, 1_000_000));
        }
        SimThread self = self();
        int before = depth;
        depth = 0;
        free();
        waiting.add(self);
        scheduler.block("'" + name + "'", scheduler.now() + left);
        waiting.remove(self);
        acquire(-1);
        depth = before;
        return !deadline.isOver();
    }

    private void check() {
        if (owner != self()) {
            throw new IllegalMonitorStateException(name);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
