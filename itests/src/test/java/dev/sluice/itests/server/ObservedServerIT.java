package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the endpoint of a server in a directory is switched on. */
class ObservedServerIT {
    private static final String FILE = "dev.sluice.observability.json";
    private final HttpClient http = HttpClient.newHttpClient();
    private Daemon daemon;
    private int port;

    @BeforeEach
    void aDirectory() throws IOException {
        daemon = new Daemon();
        port = Ports.free();
    }

    @AfterEach
    void nothingStays() throws Exception {
        daemon.close();
    }

    private String get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(30)).build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            // nobody listens, or does not any more
            return "";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void switchOn() throws IOException {
        daemon.configure(FILE, "{\"http\": \"" + port + "\"}");
    }

    private void awaitReady() {
        Await.until("the endpoint says that the server is ready", Duration.ofSeconds(60),
                () -> get("/health/ready").startsWith("200 "), daemon::log);
    }

    @Test
    void nobodyListensUnlessAsked() throws Exception {
        daemon.configure("dev.sluice.export~disk.json", "{\"layers\": [\"memory 1M\"]}");
        daemon.start();
        assertEquals("", get("/metrics"));
        assertFalse(daemon.said("lb").contains("observability"));
    }

    @Test
    void aFileInEtcSwitchesItOnAndOff() throws Exception {
        daemon.configure("dev.sluice.export~disk.json", "{\"layers\": [\"memory 1M\"]}");
        daemon.start();
        switchOn();
        awaitReady();
        assertTrue(get("/metrics").contains("sluice_export_state{export=\"disk\",state=\"active\"} 1"));
        daemon.configure(FILE, "{}");
        Await.until("the endpoint has gone", Duration.ofSeconds(60), () -> get("/metrics").isEmpty(), daemon::log);
    }

    @Test
    void aServerThatStartsWithTheFileIsLookedAtFromTheStart() throws Exception {
        daemon.configure("dev.sluice.export~disk.json", "{\"layers\": [\"memory 1M\"]}");
        switchOn();
        daemon.start();
        awaitReady();
    }
}
