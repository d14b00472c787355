package dev.sluice.itests.live;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.SluiceServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@code bench/swap} runs: clients that keep a number of requests under way, and a filter that is swapped again and
 * again. For every swap and connection it takes the longest time without a reply; between two swaps the same is taken over
 * as long a time without a swap, so that the noise of the machine shows.
 */
public final class SwapBench {
    private static final String NOFILTER = "dev.sluice.filter.nofilter";
    private static final long[] EDGES = {100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 250_000};

    private final SluiceServer server;
    private final List<GapClient> clients = new ArrayList<>();
    private final List<Long> with = new ArrayList<>();
    private final List<Long> without = new ArrayList<>();
    private int version;

    private SwapBench(SluiceServer server) {
        this.server = server;
    }

    /** Arguments: swaps of each sort, connections, requests under way on each, and the plugin with its words. */
    public static void main(String... args) throws Exception {
        int swaps = Integer.parseInt(args[0]);
        int connections = Integer.parseInt(args[1]);
        int depth = Integer.parseInt(args[2]);
        try (SluiceServer server = SluiceServer.start()) {
            server.export("*", "nofilter", "log logfile=/dev/null", "offset offset=0", args[3]);
            SwapBench bench = new SwapBench(server);
            for (int i = 0; i < connections; i++) {
                GapClient client = new GapClient(server.address(), i, depth);
                bench.clients.add(client);
                client.start();
            }
            try {
                bench.measure(swaps);
            } finally {
                bench.clients.forEach(GapClient::end);
            }
            for (GapClient c : bench.clients) {
                c.join();
                c.requireNoError();
            }
        }
    }

    /** A way to change code. */
    private interface Swap {
        void run() throws Exception;
    }

    private void measure(int swaps) throws Exception {
        LockSupport.parkNanos(3_000_000_000L);
        for (String sort : new String[] {"warm-up", "blue/green", "in place", "edit"}) {
            with.clear();
            without.clear();
            for (int i = 0; i < (sort.equals("warm-up") ? Math.max(10, swaps / 4) : swaps); i++) {
                int number = i;
                Swap swap = switch (sort) {
                    case "in place" -> this::inPlace;
                    case "edit" -> () -> edit(number);
                    default -> this::blueGreen;
                };
                Path jar = Versions.of(server.bundle(NOFILTER), "3." + ++version, Files.createTempDirectory(server.directory(), "v"));
                next = jar;
                window(swap);
            }
            if (!sort.equals("warm-up")) {
                report(sort);
            }
        }
        long replies = clients.stream().mapToLong(GapClient::replies).sum();
        System.out.printf(Locale.ROOT, "replies in all: %d, errors: 0%n", replies);
    }

    private Path next;

    private void blueGreen() {
        server.context().getService(server.context().getServiceReference(SluiceControl.class))
                .upgrade(next.toString(), SluiceControl.ChangeOptions.NONE);
    }

    private void inPlace() throws Exception {
        LiveTest.update(server.bundle(NOFILTER));
        Await.until("the export is active", () -> server.awaitExport("*").state() == ExportState.ACTIVE);
    }

    private void edit(int number) {
        SluiceControl control = server.context().getService(server.context().getServiceReference(SluiceControl.class));
        if (number % 2 == 0) {
            control.insert("*", "nofilter", "before:offset", SluiceControl.ChangeOptions.NONE);
        } else {
            control.remove("*", "nofilter:2", SluiceControl.ChangeOptions.NONE);
        }
    }

    private void window(Swap swap) throws Exception {
        clients.forEach(GapClient::forget);
        long begin = System.nanoTime();
        swap.run();
        LockSupport.parkNanos(5_000_000);
        long took = System.nanoTime() - begin;
        clients.forEach(c -> with.add(c.longestGap() / 1000));
        LockSupport.parkNanos(10_000_000);
        clients.forEach(GapClient::forget);
        LockSupport.parkNanos(took);
        clients.forEach(c -> without.add(c.longestGap() / 1000));
    }

    private void report(String sort) {
        with.sort(null);
        without.sort(null);
        System.out.printf(Locale.ROOT, "%n%s: longest reply gap of a connection, us%n%-12s %10s %10s%n", sort, "", "with swap", "without");
        long from = 0;
        for (int i = 0; i <= EDGES.length; i++) {
            long low = from;
            long high = i == EDGES.length ? Long.MAX_VALUE : EDGES[i];
            long a = with.stream().filter(v -> v >= low && v < high).count();
            long b = without.stream().filter(v -> v >= low && v < high).count();
            if (a + b > 0) {
                System.out.printf(Locale.ROOT, "%-12s %10d %10d%n", i == EDGES.length ? ">= " + low : "< " + high, a, b);
            }
            from = high;
        }
        for (int p : new int[] {50, 99, 100}) {
            long a = percentile(with, p);
            long b = percentile(without, p);
            System.out.printf(Locale.ROOT, "%-12s %10d %10d   added %d%n", p == 100 ? "max" : "p" + p, a, b, Math.max(0, a - b));
        }
    }

    private static long percentile(List<Long> sorted, int p) {
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * p / 100));
    }
}
