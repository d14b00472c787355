package dev.sluice.karaf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** A client on one connection that writes and reads back without a pause, until it is asked how that went. */
final class Watch implements AutoCloseable {
    private static final int LENGTH = 4096;
    private static final int BLOCKS = 64;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicLong rounds = new AtomicLong();
    private final Future<Void> end;

    Watch(Path socket, String export) {
        end = thread.submit(() -> {
            try (DiskClient client = new DiskClient(socket, export)) {
                Random random = new Random(1);
                byte[] data = new byte[LENGTH];
                while (!enough.get()) {
                    long offset = (long) random.nextInt(BLOCKS) * LENGTH;
                    random.nextBytes(data);
                    client.write(offset, data);
                    if (!Arrays.equals(data, client.read(offset, LENGTH))) {
                        throw new IOException("other bytes at " + offset + " than were written");
                    }
                    rounds.incrementAndGet();
                }
            }
            return null;
        });
    }

    /** Waits until this many more rounds went well. */
    void more(int count) throws Exception {
        long goal = rounds.get() + count;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (rounds.get() < goal) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the client waits");
            }
            try {
                end.get(5, TimeUnit.MILLISECONDS);
            } catch (TimeoutException stillConnected) {
                continue;
            }
        }
    }

    /** Throws what the client met, if that was anything but success. */
    void well() throws Exception {
        more(10);
        enough.set(true);
        end.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        enough.set(true);
        thread.shutdownNow();
    }
}
