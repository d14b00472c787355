package dev.sluice.itests.live;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Server;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that read, write, zero and flush without a break and compare every byte with what they wrote: simple, structured
 * and extended sessions in turn, over Unix sockets and TCP in turn, each in a part of the disk of its own, with 16 requests
 * under way. Any error, disconnect or wrong byte ends the client and fails {@link #end}.
 */
final class Traffic implements AutoCloseable {
    private static final int BLOCK = 4096;
    private static final int WINDOW = 8;

    private final ExecutorService threads = Executors.newCachedThreadPool(r -> new Thread(r, "traffic"));
    private final List<Client> clients = new ArrayList<>();
    private final List<Future<Void>> ends = new ArrayList<>();
    private volatile boolean done;

    private Traffic() {
    }

    /** Connects clients to an export and starts them; each uses {@code bytes} of the disk. */
    static Traffic on(Server server, String export, int count, int bytes) throws IOException {
        return on(i -> session(i % 2 == 0 ? server.address() : server.tcp(), export, i), count, bytes);
    }

    /** Starts clients that connect in a way of their own. */
    static Traffic on(Opener opener, int count, int bytes) throws IOException {
        Traffic traffic = new Traffic();
        try {
            for (int i = 0; i < count; i++) {
                Client client = traffic.new Client(i, opener.open(i), bytes);
                traffic.clients.add(client);
                traffic.ends.add(traffic.threads.submit(client));
            }
            traffic.awaitRounds(2);
            return traffic;
        } catch (IOException | RuntimeException | Error e) {
            traffic.close();
            throw e;
        }
    }

    /** A session of the kind with this number: simple, structured, extended and so on. */
    static Session session(SocketAddress address, String export, int number) throws IOException {
        return session(RawNbdClient.greeted(address), export, number);
    }

    /** A session of that kind for a client that has chosen no export yet. */
    static Session session(RawNbdClient client, String export, int number) throws IOException {
        try {
            return switch (number % 3) {
                case 0 -> client.go(export);
                case 1 -> client.structured().go(export);
                default -> client.extended().go(export);
            };
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** Opens the session of the client with this number. */
    @FunctionalInterface
    interface Opener {
        Session open(int number) throws IOException;
    }

    /** Waits until every client has got this many rounds further, so that all have been through what was done before. */
    void awaitRounds(int more) {
        List<Long> from = clients.stream().map(c -> c.rounds.get()).toList();
        Await.until("all clients go on", () -> {
            for (int i = 0; i < clients.size(); i++) {
                if (ends.get(i).isDone()) {
                    failure(ends.get(i));
                }
                if (clients.get(i).rounds.get() < from.get(i) + more) {
                    return false;
                }
            }
            return true;
        });
    }

    private static void failure(Future<Void> end) {
        try {
            end.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a client was disturbed: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("a client does not end\n" + Await.threads(), e);
        }
    }

    /** Ends all clients in good order; fails if any was disturbed. */
    void end() {
        done = true;
        ends.forEach(Traffic::failure);
    }

    /** Writes that were answered so far, by all clients. */
    long writes() {
        return clients.stream().mapToLong(c -> c.writes.get()).sum();
    }

    /** Writes of each client. */
    List<Long> writesOfEach() {
        return clients.stream().map(c -> c.writes.get()).toList();
    }

    /** Requests that were answered so far, by all clients. */
    long requests() {
        return clients.stream().mapToLong(c -> c.requests.get()).sum();
    }

    /** The longest that any client waited for the next reply. */
    long longestPauseMillis() {
        return clients.stream().mapToLong(c -> c.longest.get()).max().orElse(0) / 1_000_000;
    }

    @Override
    public void close() {
        done = true;
        threads.shutdown();
        for (Client c : clients) {
            c.close();
        }
        try {
            if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new AssertionError("clients do not end\n" + Await.threads());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One connection and what it knows of its part of the disk. */
    private final class Client implements Callable<Void> {
        private final int number;
        private final Session session;
        private final long base;
        private final byte[] model;
        private final AtomicLong rounds = new AtomicLong();
        private final AtomicLong writes = new AtomicLong();
        private final AtomicLong requests = new AtomicLong();
        private final AtomicLong longest = new AtomicLong();

        Client(int number, Session session, int bytes) {
            this.number = number;
            this.session = session;
            this.base = (long) number * bytes;
            this.model = new byte[bytes];
        }

        @Override
        public Void call() throws IOException {
            try (session) {
                zeroAll();
                while (!done) {
                    round(rounds.get());
                    rounds.incrementAndGet();
                }
                compareAll();
                session.disconnect();
            }
            return null;
        }

        private void zeroAll() throws IOException {
            session.write(base, model).ok();
            writes.incrementAndGet();
        }

        /** Eight writes and eight reads of other blocks at once, then now and then a flush. */
        private void round(long round) throws IOException {
            int blocks = model.length / BLOCK;
            long[] written = new long[WINDOW];
            long[] read = new long[WINDOW];
            int[] where = new int[WINDOW];
            for (int i = 0; i < WINDOW; i++) {
                int block = (int) ((round * WINDOW + i) * 7 % blocks);
                byte[] data = Pattern.bytes(number * 1_000_003L + round * WINDOW + i, 0, BLOCK);
                written[i] = session.sendWrite((round + i) % 5 == 0 ? Wire.FUA : 0, base + (long) block * BLOCK, data);
                System.arraycopy(data, 0, model, block * BLOCK, BLOCK);
            }
            for (int i = 0; i < WINDOW; i++) {
                where[i] = (int) (((round - 3) * WINDOW + i) * 7 % blocks + blocks) % blocks * BLOCK;
                read[i] = session.send(0, Wire.READ, base + where[i], BLOCK);
            }
            for (int i = 0; i < WINDOW; i++) {
                answered(written[i], "write");
                writes.incrementAndGet();
            }
            for (int i = 0; i < WINDOW; i++) {
                byte[] got = await(read[i]).data();
                int differs = Arrays.mismatch(got, 0, BLOCK, model, where[i], where[i] + BLOCK);
                if (differs >= 0) {
                    throw new AssertionError("client " + number + ", round " + round + ": wrong byte at " + (base + where[i] + differs));
                }
            }
            if (round % 4 == 0) {
                answered(session.send(0, Wire.FLUSH, 0, 0), "flush");
            }
        }

        private void answered(long cookie, String what) throws IOException {
            int error = await(cookie).error();
            if (error != 0) {
                throw new AssertionError("client " + number + ": " + what + " failed with error " + error);
            }
        }

        private dev.sluice.itests.harness.Result await(long cookie) throws IOException {
            long from = System.nanoTime();
            dev.sluice.itests.harness.Result result = session.result(cookie);
            longest.accumulateAndGet(System.nanoTime() - from, Math::max);
            requests.incrementAndGet();
            return result;
        }

        private void compareAll() throws IOException {
            byte[] got = session.read(base, model.length).data();
            int differs = Arrays.mismatch(got, model);
            if (differs >= 0) {
                throw new AssertionError("client " + number + " at the end: wrong byte at " + (base + differs));
            }
        }

        private void close() {
            try {
                session.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
