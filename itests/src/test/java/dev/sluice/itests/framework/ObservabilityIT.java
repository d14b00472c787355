package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** A server with clients and swaps, looked at through every interface that monitors have. */
class ObservabilityIT {
    private static final String NAME = "dev.sluice.observability";

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Bundle> bundles = new ArrayList<>();
    private static final Pattern ADDRESS = Pattern.compile("metrics and health are at http://127\\.0\\.0\\.1:(\\d+)/");

    /** Those on which an endpoint has listened: each takes one that is free, and says in the log which that is. */
    private final List<Integer> ports = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger(NAME);
    private final Handler listening = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            Matcher m = ADDRESS.matcher(entry.getMessage());
            if (m.find()) {
                ports.add(Integer.parseInt(m.group(1)));
            }
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
    private SluiceServer server;
    private int port;

    @BeforeEach
    void aServerThatIsLookedAt() throws Exception {
        server = SluiceServer.start();
        server.export("disk", "nofilter", "memory 1M");
        logger.setLevel(Level.INFO);
        logger.addHandler(listening);
        configure(Map.of("http", "127.0.0.1:0", "slow", "0"));
        try (var jars = Files.list(Path.of("target", "observability"))) {
            for (Path jar : jars.sorted().toList()) {
                bundles.add(server.context().installBundle(jar.toUri().toString()));
            }
        }
        for (Bundle b : bundles) {
            if (b.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                b.start();
            }
        }
        awaitEndpoint(1);
    }

    private void awaitEndpoint(int number) {
        Await.until("endpoint " + number + " listens", () -> ports.size() >= number);
        port = ports.get(ports.size() - 1);
        Await.until("the endpoint answers", () -> status("/health/live") == 200);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        server.close();
        logger.removeHandler(listening);
        logger.setLevel(null);
        assertEquals(Set.of(), beans.queryNames(new ObjectName("dev.sluice:*"), null));
    }

    private void configure(Map<String, Object> settings) throws Exception {
        ServiceReference<ConfigurationAdmin> reference = server.context().getServiceReference(ConfigurationAdmin.class);
        Dictionary<String, Object> properties = new Hashtable<>(settings);
        server.context().getService(reference).getConfiguration(NAME, "?").update(properties);
    }

    private SluiceControl control() {
        return server.context().getService(server.context().getServiceReference(SluiceControl.class));
    }

    private Session client() throws Exception {
        return RawNbdClient.greeted(UnixDomainSocketAddress.of(server.unix())).structured().go("disk");
    }

    private HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(30)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) {
        try {
            return get(path).statusCode();
        } catch (IOException e) {
            // nobody listens, or does not any more
            return 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private double metric(String line) throws Exception {
        Matcher m = Pattern.compile("^" + Pattern.quote(line) + " (\\S+)$", Pattern.MULTILINE).matcher(get("/metrics").body());
        return m.find() ? Double.parseDouble(m.group(1)) : Double.NaN;
    }

    private Object attribute(String bean, String name) {
        try {
            return beans.getAttribute(new ObjectName("dev.sluice:" + bean), name);
        } catch (JMException e) {
            return e;
        }
    }

    /** Three reads, two writes, a flush, an error, a swap, one more read. */
    private Session traffic() throws Exception {
        Session client = client();
        client.write(0, new byte[4096]).ok();
        client.write(4096, new byte[512]).ok();
        for (int i = 0; i < 3; i++) {
            client.read(0, 1024).ok();
        }
        assertTrue(client.read(1 << 20, 512).error() != 0);
        control().insert("disk", "offset", "before:nofilter", new SluiceControl.ChangeOptions(false, true, false));
        client.read(0, 1024).ok();
        return client;
    }

    @Test
    void managedBeansComeAndGoWithWhatTheyShow() throws Exception {
        String connection;
        try (Session client = traffic()) {
            long id = server.runtime().connections().get(0).id();
            connection = "type=Connection,id=" + id;
            String layer = "type=Layer,export=\"disk\",position=0,name=\"offset\"";
            Await.until("the connection and the new layer have MBeans", () -> !(attribute(connection, "Requests") instanceof Exception)
                    && !(attribute(layer, "Requests") instanceof Exception));
            Await.until("the numbers are those", () -> attribute(connection, "Requests").equals(7L)
                    && attribute("type=Export,name=\"disk\"", "ReadRequests").equals(5L));
            String export = "type=Export,name=\"disk\"";
            assertEquals("ACTIVE", attribute(export, "State"));
            assertEquals(4096L, attribute(export, "ReadBytes"));
            assertEquals(4608L, attribute(export, "WriteBytes"));
            assertEquals(1L, attribute(export, "Errors"));
            assertEquals(1L, attribute(export, "Swaps"));
            assertTrue((Double) attribute(export, "ReadP99Micros") > 0);
            // the change itself may have flushed
            assertTrue((Long) attribute(layer, "Requests") >= 1);
            assertTrue((Double) attribute(layer, "SampledMaxMicros") > 0);
            assertEquals(1L, attribute("type=Listener,name=\"unix\"", "Accepted"));
            assertEquals(1L, attribute("type=Server", "Connections"));
            client.stillWorks();
        }
        Await.until("the connection's MBean has gone", () -> attribute(connection, "Requests") instanceof JMException);
        server.bundle(NAME).stop();
        assertEquals(Set.of(), beans.queryNames(new ObjectName("dev.sluice:*"), null));
    }

    @Test
    void theEndpointCountsTheSame() throws Exception {
        try (Session client = traffic()) {
            Await.until("all is counted", () -> {
                try {
                    return metric("sluice_requests_total{export=\"disk\",operation=\"read\"}") == 5;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(2, metric("sluice_requests_total{export=\"disk\",operation=\"write\"}"));
            assertEquals(4096, metric("sluice_request_bytes_total{export=\"disk\",operation=\"read\"}"));
            assertEquals(1, metric("sluice_request_errors_total{export=\"disk\",operation=\"read\"}"));
            assertEquals(1, metric("sluice_export_swaps_total{export=\"disk\",result=\"done\"}"));
            assertTrue(metric("sluice_layer_requests_total{export=\"disk\",position=\"0\",layer=\"offset\"}") >= 1);
            assertEquals(1, metric("sluice_export_connections{export=\"disk\"}"));
            assertTrue(metric("sluice_request_seconds_sum{export=\"disk\",operation=\"read\"}") > 0);
            client.disconnect();
        }
        // what a connection did is kept by its export
        Await.until("the connection has gone", () -> server.connections() == 0);
        assertEquals(5, metric("sluice_requests_total{export=\"disk\",operation=\"read\"}"));
        server.bundle(NAME).stop();
        Await.until("the endpoint has gone", () -> status("/metrics") == 0);
    }

    @Test
    void theFlightRecorderHasSlowRequestsAndSwaps() throws Exception {
        Path file = server.directory().resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.sluice.SlowRequest");
            recording.enable("dev.sluice.Swap");
            recording.start();
            traffic().close();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        List<RecordedEvent> slow = events.stream().filter(e -> e.getEventType().getName().equals("dev.sluice.SlowRequest")).toList();
        assertTrue(slow.size() >= 6, events::toString);
        assertTrue(slow.stream().allMatch(e -> e.getString("export").equals("disk") && e.getLong("connection") > 0), slow::toString);
        assertTrue(slow.stream().anyMatch(e -> e.getString("operation").equals("write") && e.getLong("length") == 4096), slow::toString);
        List<RecordedEvent> swaps = events.stream().filter(e -> e.getEventType().getName().equals("dev.sluice.Swap")).toList();
        assertEquals(1, swaps.size());
        assertEquals("ok", swaps.get(0).getString("result"));
        assertEquals(1, swaps.get(0).getInt("connections"));
    }

    @Test
    void healthChecksOfFelixAndTheEndpointSayTheSame() throws Exception {
        assertEquals(503, status("/health/ready"));
        assertFalse(check("systemready"));
        assertTrue(check("systemalive"));
        server.unix();
        Await.until("the server is ready", () -> status("/health/ready") == 200);
        assertTrue(check("systemready"));
        server.configure("dev.sluice.export", SluiceServer.exportProperties("bad", Map.of(), "memory size=none"));
        server.awaitExport("bad");
        Await.until("the bad export is seen", () -> status("/health/ready") == 503);
        assertTrue(get("/health/ready").body().contains("export bad is failed: "), get("/health/ready").body());
        assertFalse(check("systemready"));
        assertEquals(200, status("/health/live"));
    }

    /** As Felix's executor does, but for the class, which this test does not have. */
    private boolean check(String tag) throws Exception {
        ServiceReference<?>[] found = server.context().getAllServiceReferences("org.apache.felix.hc.api.HealthCheck", null);
        for (ServiceReference<?> reference : found) {
            if (Arrays.asList((String[]) reference.getProperty("hc.tags")).contains(tag)) {
                Object check = server.context().getService(reference);
                Object result = reference.getBundle().loadClass("org.apache.felix.hc.api.HealthCheck").getMethod("execute").invoke(check);
                return (Boolean) result.getClass().getMethod("isOk").invoke(result);
            }
        }
        throw new AssertionError("no check " + tag);
    }

    @Test
    void anEditOfTheConfigurationMovesTheEndpoint() throws Exception {
        int before = port;
        configure(Map.of("http", "127.0.0.1:0", "jmx", false));
        awaitEndpoint(2);
        if (port != before) {
            port = before;
            Await.until("the endpoint before has gone", () -> status("/metrics") == 0);
        }
        Await.until("the MBeans have gone", () -> attribute("type=Server", "Version") instanceof JMException);
    }
}
