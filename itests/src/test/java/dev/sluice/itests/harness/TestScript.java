package dev.sluice.itests.harness;

import dev.sluice.itests.control.Script;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The test's end of a {@link Script}: what happens at each point, and how often it was reached. */
public final class TestScript implements Script {
    private final Map<String, Action> actions = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<String> trail = new ArrayList<>();

    @Override
    public String at(String point, long offset, long length) throws IOException {
        synchronized (trail) {
            if (trail.size() < 1000) {
                trail.add(point);
            }
        }
        counts.computeIfAbsent(point, p -> new AtomicInteger()).incrementAndGet();
        Action action = actions.get(point);
        return action == null ? "" : action.at(offset, length);
    }

    /** From now on this happens at the point. */
    public void on(String point, Action action) {
        actions.put(point, action);
    }

    /** From now on the plugin gets this word at the point. */
    public void say(String point, String word) {
        on(point, (offset, length) -> word);
    }

    /** Everything is done right again, and all counts are zero. */
    public void reset() {
        actions.clear();
        counts.clear();
        trail();
    }

    /** The points in the order in which they were reached since the last call; at most 1000. */
    public List<String> trail() {
        synchronized (trail) {
            List<String> copy = List.copyOf(trail);
            trail.clear();
            return copy;
        }
    }

    /** How often the point was reached. */
    public int count(String point) {
        AtomicInteger n = counts.get(point);
        return n == null ? 0 : n.get();
    }

    /** Calls for this offset wait at the point until they are let go; others pass. At most 3 min: longer than anybody waits for them. */
    public Hold hold(String point, long atOffset) {
        Hold hold = new Hold();
        on(point, (offset, length) -> {
            if (offset == atOffset) {
                hold.pass();
            }
            return "";
        });
        return hold;
    }

    /** What happens at a point. */
    @FunctionalInterface
    public interface Action {
        /** See {@link Script#at}. */
        String at(long offset, long length) throws IOException;
    }

    /** A point where calls wait. */
    public static final class Hold implements AutoCloseable {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        private void pass() throws IOException {
            arrived.countDown();
            try {
                if (!open.await(180, TimeUnit.SECONDS)) {
                    throw new IOException("the test never let this call go");
                }
            } catch (InterruptedException e) {
                throw new IOException("a call into a plugin was interrupted", e);
            }
        }

        /** Waits until a call is held. */
        public Hold awaitArrival() {
            try {
                if (!arrived.await(60, TimeUnit.SECONDS)) {
                    throw new AssertionError("no call arrived\n" + Await.threads());
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return this;
        }

        /** Lets all calls go on. */
        @Override
        public void close() {
            open.countDown();
        }
    }
}
