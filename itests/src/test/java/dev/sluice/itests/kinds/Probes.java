package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Server;
import dev.sluice.itests.harness.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Clients at work: over a Unix socket and over TCP in turn, with simple, structured and extended replies in turn. */
final class Probes implements AutoCloseable {
    private final List<Probe> probes = new ArrayList<>();
    private final List<Future<Void>> ends = new ArrayList<>();
    private final ReentrantReadWriteLock rounds = new ReentrantReadWriteLock(true);

    /** Connects the clients of a case and lets them work. */
    Probes(Server server, String export, KindCase kind, ExecutorService threads) throws IOException {
        try {
            for (int i = 0; i < kind.clients(); i++) {
                Session session = session(server, export, i);
                try {
                    int length = (int) Math.min(kind.length(), session.size());
                    long base = kind.content() == KindCase.Content.FIXED ? kind.base() : kind.base() + (long) i * kind.length();
                    probes.add(new Probe(session, kind.content(), base, length, rounds));
                } catch (IOException | RuntimeException | Error e) {
                    session.close();
                    throw e;
                }
            }
            probes.forEach(p -> ends.add(threads.submit(p)));
            awaitRounds(2);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Session session(Server server, String export, int number) throws IOException {
        RawNbdClient client = RawNbdClient.greeted(number % 2 == 0 ? server.address() : server.tcp());
        try {
            return switch (number % 3) {
                case 0 -> client.structured().go(export);
                case 1 -> client.extended().go(export);
                default -> client.go(export);
            };
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** Waits until every client has got this many rounds further. */
    void awaitRounds(int more) {
        List<Long> from = probes.stream().map(Probe::rounds).toList();
        Await.until("all clients go on", () -> {
            for (int i = 0; i < ends.size(); i++) {
                if (ends.get(i).isDone()) {
                    ended(ends.get(i));
                    throw new AssertionError("a client has ended by itself");
                }
                if (probes.get(i).rounds() < from.get(i) + more) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Does something while no client has a request under way. */
    void between(KindCheck check, Scene scene) throws Exception {
        rounds.writeLock().lock();
        try {
            check.check(scene);
        } finally {
            rounds.writeLock().unlock();
        }
    }

    private static void ended(Future<Void> end) {
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
        probes.forEach(Probe::end);
        ends.forEach(Probes::ended);
    }

    @Override
    public void close() throws IOException {
        probes.forEach(Probe::end);
        for (Probe p : probes) {
            p.close();
        }
    }
}
