package dev.sluice.itests.harness;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * A class of tests against one server, which lives as long as the class. After each test no socket and no connection
 * may be left over, and after the last one no thread.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ServedTest {
    private static final String[] DEFAULT_LAYERS = {"memory 64M"};

    /** The server. */
    protected Server server;

    private final String[] layers;
    private LeakCheck beforeServer;
    private LeakCheck beforeTest;

    /** With these layers; a RAM disk of 64 MiB if there are none. */
    protected ServedTest(String... layers) {
        this.layers = layers.length == 0 ? DEFAULT_LAYERS : layers;
    }

    @BeforeAll
    void startServer() throws Exception {
        Assumptions.assumeTrue(layers[layers.length - 1].startsWith("scripted ") ? onSluice() : true, "nbdkit has no scripted plugin");
        beforeServer = LeakCheck.begin();
        server = serving(layers);
        server.unix();
        server.tcp();
    }

    /** Starts the server of this class. */
    protected Server serving(String... chain) throws Exception {
        return Server.serving(chain);
    }

    @BeforeEach
    void begin() {
        beforeTest = LeakCheck.begin();
    }

    @AfterEach
    void nothingIsLeftOver() {
        if (server instanceof SluiceServer sluice) {
            sluice.script().reset();
        }
        Await.until("the server knows of no connection", () -> server.connections() == 0);
        beforeTest.socketsAreBack();
    }

    @AfterAll
    void stopServer() throws Exception {
        if (server != null) {
            server.close();
            beforeServer.threadsAreBack();
            beforeServer.socketsAreBack();
        }
    }

    /** The server as the project's own; the test is skipped if it is another. */
    protected SluiceServer sluice() {
        Assumptions.assumeTrue(onSluice(), "only Sluice does this");
        return (SluiceServer) server;
    }

    /** Whether these tests run against Sluice. */
    protected static boolean onSluice() {
        return System.getProperty("sluice.itests.peer", "sluice").equals("sluice");
    }

    /** What the scripted plugin does. */
    protected TestScript script() {
        return sluice().script();
    }

    /** A client that has read the greeting. */
    protected RawNbdClient greeted() throws IOException {
        return RawNbdClient.greeted(server.address());
    }

    /** A client in transmission, with simple replies. */
    protected Session simple() throws IOException {
        return greeted().go("");
    }

    /** A client in transmission, with structured replies and base:allocation. */
    protected Session structured() throws IOException {
        return withAllocation(greeted().structured());
    }

    /** A client in transmission, with extended headers and base:allocation. */
    protected Session extended() throws IOException {
        Assumptions.assumeTrue(onSluice(), "nbdkit has no extended headers");
        return withAllocation(greeted().extended());
    }

    private static Session withAllocation(RawNbdClient client) throws IOException {
        try {
            int[] ids = client.selectContexts("", "base:allocation");
            return client.go("").contexts(ids);
        } catch (IOException | AssertionError e) {
            client.close();
            throw e;
        }
    }
}
