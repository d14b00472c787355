package dev.sluice.observability;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The HTTP endpoint: {@code /metrics} for Prometheus, {@code /health/live} and {@code /health/ready} for whoever starts
 * and stops servers. It shows and changes nothing. Two threads, which end when nobody asks.
 */
final class MetricsServer implements AutoCloseable {
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final int QUEUE = 32;

    private final HttpServer server;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE),
            task -> {
                Thread thread = new Thread(task, "sluice-metrics");
                thread.setDaemon(true);
                return thread;
            });

    /**
     * Listens.
     *
     * @param connections how many of them get series of their own
     * @throws IOException the address can't be had
     */
    MetricsServer(InetSocketAddress address, Snapshot snapshot, int connections) throws IOException {
        threads.allowCoreThreadTimeOut(true);
        server = HttpServer.create(address, QUEUE);
        server.setExecutor(threads);
        server.createContext("/", x -> answer(x, () -> new Answer(404, PLAIN, "there are /metrics, /health/live and /health/ready\n")));
        server.createContext("/metrics", x -> {
            String accept = x.getRequestHeaders().getFirst("Accept");
            boolean open = accept != null && accept.contains("application/openmetrics-text");
            answer(x, () -> new Answer(200, open ? OPEN : PROMETHEUS, MetricsText.of(snapshot, open, connections)));
        });
        server.createContext("/health/live", x -> answer(x, () -> answer(Health.alive(snapshot))));
        server.createContext("/health/ready", x -> answer(x, () -> answer(Health.ready(snapshot))));
        server.start();
    }

    private record Answer(int status, String type, String text) {
    }

    private static Answer answer(Health health) {
        String head = health.level() == Health.Level.OK ? "ok\n" : health.level() == Health.Level.TEMPORARY ? "not now\n" : "not ok\n";
        return new Answer(health.level() == Health.Level.OK ? 200 : 503, PLAIN,
                head + String.join("\n", health.lines()) + "\n");
    }

    private static void answer(HttpExchange exchange, Supplier<Answer> what) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            boolean head = method.equals("HEAD");
            boolean exact = exchange.getRequestURI().getPath().equals(exchange.getHttpContext().getPath());
            Answer answer = !head && !method.equals("GET") ? new Answer(405, PLAIN, "only GET and HEAD\n")
                    : exact || exchange.getHttpContext().getPath().equals("/") ? what.get() : new Answer(404, PLAIN, "not here\n");
            if (answer.status == 405) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            }
            byte[] body = answer.text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type);
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            }
            exchange.sendResponseHeaders(answer.status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    /** Where it listens, with the real port. */
    InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
