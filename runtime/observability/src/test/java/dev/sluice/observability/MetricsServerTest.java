package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
    private final FakeRuntime runtime = new FakeRuntime().export("disk", ExportState.ACTIVE, "").listener("l", true, "");
    private final HttpClient client = HttpClient.newHttpClient();
    private MetricsServer server;

    @BeforeEach
    void listen() throws IOException {
        server = new MetricsServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new Snapshot(runtime), 10);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> ask(String method, String path, String accept) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .timeout(Duration.ofSeconds(30)).header("Accept", accept).method(method, HttpRequest.BodyPublishers.noBody()).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void metricsAreInPrometheusFormat() throws Exception {
        HttpResponse<String> r = ask("GET", "/metrics", "*/*");
        assertEquals(200, r.statusCode());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", r.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(3, new Exposition(r.body(), false).value("sluice_requests_total{export=disk, operation=read}"));
    }

    @Test
    void whoAcceptsOpenMetricsGetsIt() throws Exception {
        HttpResponse<String> r = ask("GET", "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        assertTrue(r.headers().firstValue("Content-Type").orElseThrow().startsWith("application/openmetrics-text; version=1.0.0"));
        assertEquals(3, new Exposition(r.body(), true).value("sluice_requests_total{export=disk, operation=read}"));
    }

    @Test
    void healthIsAStatus() throws Exception {
        assertEquals(200, ask("GET", "/health/live", "*/*").statusCode());
        assertEquals(200, ask("GET", "/health/ready", "*/*").statusCode());
    }

    @Test
    void aServerThatDoesNotServeSaysWhy() throws Exception {
        runtime.export("bad", ExportState.FAILED, "no such file");
        HttpResponse<String> r = ask("GET", "/health/ready", "*/*");
        assertEquals(503, r.statusCode());
        assertEquals("not ok\nexport bad is failed: no such file\n", r.body());
        assertEquals(200, ask("GET", "/health/live", "*/*").statusCode());
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<String> r = ask("HEAD", "/metrics", "*/*");
        assertEquals(200, r.statusCode());
        assertEquals("", r.body());
    }

    @Test
    void nothingCanBeChanged() throws Exception {
        for (String method : new String[] {"POST", "PUT", "DELETE"}) {
            HttpResponse<String> r = ask(method, "/metrics", "*/*");
            assertEquals(405, r.statusCode());
            assertEquals("GET, HEAD", r.headers().firstValue("Allow").orElseThrow());
        }
    }

    @Test
    void otherPathsAreNotThere() throws Exception {
        assertEquals(404, ask("GET", "/", "*/*").statusCode());
        assertEquals(404, ask("GET", "/metrics/x", "*/*").statusCode());
        assertEquals(404, ask("GET", "/metrics/../../etc/passwd", "*/*").statusCode());
    }

    @Test
    void anAddressThatIsTakenIsAnError() {
        assertThrows(IOException.class, () -> new MetricsServer(server.address(), new Snapshot(runtime), 0));
    }
}
