package dev.sluice.core.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says which thread of a run goes on, and what time it is. One thread has the turn; at every {@linkplain #point point} a
 * throw of dice decides whether another one gets it. Time passes by itself when nobody can run, a little at every point,
 * and now and then in the middle of things, as on a machine that is busy with something else.
 *
 * <p>Everything but the end of the run is called by the thread that has the turn, so nothing here is locked.
 */
final class Scheduler {
    private static final int REMEMBERED = 400;
    private static final long STEP_NANOS = 40;
    /** Real time; only a mistake of the simulation, or an endless loop, takes longer. */
    private static final long REAL_SECONDS = 120;

    private static final boolean DETAILS = "details".equals(System.getProperty("simulation.trace"));

    private final Dice dice;
    private final int switchOnce;
    private final int stallOnce;
    private final long maxPoints;
    private final long maxNanos;
    private final CountDownLatch over = new CountDownLatch(1);

    private final List<SimThread> all = new ArrayList<>();
    private final List<SimThread> runnable = new ArrayList<>();
    private final PriorityQueue<Sleep> sleeping = new PriorityQueue<>();
    private SimThread current;
    private long now = 1_000_000_000L;
    private long points;
    private long waits;
    private long hash = 0xcbf29ce484222325L;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final boolean printing = System.getProperty("simulation.trace") != null;
    private volatile String failure;
    private volatile Throwable cause;

    private record Sleep(long at, long number, SimThread thread, long turn) implements Comparable<Sleep> {
        @Override
        public int compareTo(Sleep other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    /**
     * A run that has not begun.
     *
     * @param switchOnce in how many points another thread gets the turn
     * @param stallOnce in how many points time is lost; 0: never
     */
    Scheduler(Dice dice, int switchOnce, int stallOnce, long maxPoints, long maxNanos) {
        this.dice = dice;
        this.switchOnce = switchOnce;
        this.stallOnce = stallOnce;
        this.maxPoints = maxPoints;
        this.maxNanos = now + maxNanos;
    }

    /** Runs the first thread and all that it starts, to the end of all; the caller's thread is none of them. */
    void run(String name, Runnable body) throws InterruptedException {
        SimThread first = start(name, body);
        current = first;
        first.giveTurn();
        long before = -1;
        while (!over.await(REAL_SECONDS, TimeUnit.SECONDS)) {
            if (points == before) {
                fail("nothing has moved for " + REAL_SECONDS + " real seconds", null);
                return;
            }
            before = points;
        }
    }

    /** What went wrong, or null. */
    String failure() {
        return failure;
    }

    Throwable cause() {
        return cause;
    }

    /** Stands for everything that happened, and when. */
    long hash() {
        return hash;
    }

    long points() {
        return points;
    }

    long now() {
        return now;
    }

    boolean isOver() {
        return failure != null;
    }

    /** The run ends here: this thread stops for ever, and nobody else gets the turn. */
    void fail(String what, Throwable t) {
        if (failure == null) {
            cause = t;
            failure = what + "\n" + report();
        }
        over.countDown();
        if (Thread.currentThread() instanceof SimThread self) {
            self.awaitTurn();
        }
    }

    /** Something happened that belongs to what a run is. */
    void note(String what) {
        hash = (hash ^ what.hashCode() ^ (long) current.number << 32) * 0x100000001b3L ^ now;
        String line = now + " " + current + ": " + what;
        last.addLast(line);
        if (last.size() > REMEMBERED) {
            last.removeFirst();
        }
        if (printing) {
            System.out.println(line);
        }
    }

    SimThread start(String name, Runnable body) {
        SimThread t = new SimThread(this, all.size(), name, body);
        all.add(t);
        ready(t);
        t.start();
        if (current != null) {
            note("starts " + t);
        }
        return t;
    }

    /** Threads that have not ended. */
    List<SimThread> alive() {
        return all.stream().filter(t -> !t.ended).toList();
    }

    /** Another thread may go on here. */
    void point(int kind) {
        SimThread self = current;
        tick(kind);
        if (stallOnce > 0 && dice.once(stallOnce)) {
            now += dice.spread(1_000, 20_000_000);
            wakeDue();
        }
        if (runnable.size() > 1 && dice.once(switchOnce)) {
            turnTo(self, runnable.get(dice.below(runnable.size())));
        }
    }

    /** This thread can't do anything useful now: another one goes on, if there is one; else time does. */
    void yield() {
        SimThread self = current;
        tick(7);
        if (runnable.size() > 1) {
            SimThread next = self;
            while (next == self) {
                next = runnable.get(dice.below(runnable.size()));
            }
            turnTo(self, next);
        } else if (!sleeping.isEmpty()) {
            now = Math.max(now, sleeping.peek().at());
            wakeDue();
        }
    }

    private void tick(int kind) {
        points++;
        now += STEP_NANOS;
        hash = (hash ^ kind ^ (long) current.number << 32) * 0x100000001b3L ^ now;
        if (points > maxPoints) {
            fail("the run does not end: " + points + " points", null);
        }
        wakeDue();
    }

    /**
     * The thread that has the turn waits.
     *
     * @param until a point in time, or -1
     * @return false if the time has come and nobody has made it ready before
     */
    boolean block(String on, long until) {
        SimThread self = current;
        long wait = ++waits;
        self.wait = wait;
        self.timedOut = false;
        self.blockedOn = on;
        self.runnable = false;
        runnable.remove(self);
        if (until >= 0) {
            self.wakeAt = until;
            sleeping.add(new Sleep(until, wait, self, wait));
        }
        if (DETAILS) {
            System.out.println(now + " " + self + " waits at " + on + (until >= 0 ? " for " + (until - now) : ""));
        }
        next(self);
        self.blockedOn = "";
        return !self.timedOut;
    }

    /** The thread may go on. */
    void ready(SimThread t) {
        if (!t.runnable && !t.ended) {
            t.runnable = true;
            t.wait = 0;
            runnable.add(t);
            if (DETAILS) {
                System.out.println(now + " " + t + " can run again");
            }
        }
    }

    /** The time is over for those whose time it is. */
    private void wakeDue() {
        while (!sleeping.isEmpty() && sleeping.peek().at() <= now) {
            Sleep s = sleeping.poll();
            if (s.thread().wait == s.turn() && !s.thread().runnable) {
                s.thread().timedOut = true;
                ready(s.thread());
            }
        }
    }

    private void next(SimThread self) {
        while (runnable.isEmpty()) {
            Sleep s = sleeping.peek();
            while (s != null && s.thread().wait != s.turn()) {
                sleeping.poll();
                s = sleeping.peek();
            }
            if (s == null) {
                if (all.stream().allMatch(t -> t.ended)) {
                    over.countDown();
                    return;
                }
                fail("deadlock: nobody can run and no time is waited for", null);
                return;
            }
            now = Math.max(now, s.at());
            if (now > maxNanos) {
                fail("the run does not end: " + now / 1_000_000_000L + " s have passed", null);
                return;
            }
            wakeDue();
        }
        turnTo(self, runnable.size() == 1 ? runnable.get(0) : runnable.get(dice.below(runnable.size())));
    }

    private void turnTo(SimThread self, SimThread next) {
        if (next == self) {
            return;
        }
        current = next;
        next.giveTurn();
        if (!self.ended) {
            self.awaitTurn();
        }
    }

    /** The thread has nothing more to do. */
    void end(SimThread self) {
        note("ends");
        if (!self.held.isEmpty()) {
            fail("thread " + self + " ends and holds " + self.held, null);
        }
        self.ended = true;
        self.runnable = false;
        runnable.remove(self);
        next(self);
    }

    /** Who waits where, and what happened last. */
    private String report() {
        StringBuilder text = new StringBuilder("time ").append(now).append(" ns, ").append(points).append(" points; threads:\n");
        for (SimThread t : all) {
            if (t.ended) {
                continue;
            }
            text.append("  ").append(t).append(t.runnable ? " can run" : " waits at " + t.blockedOn)
                    .append(t.held.isEmpty() ? "" : ", holds " + t.held).append('\n');
            int shown = 0;
            for (StackTraceElement e : t.getStackTrace()) {
                if (e.getClassName().startsWith("dev.sluice.") && !e.getClassName().endsWith(".Scheduler")
                        && !e.getClassName().endsWith(".SimThread") && shown++ < 12) {
                    text.append("      ").append(e).append('\n');
                }
            }
        }
        text.append("what happened last:\n");
        last.forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }
}
