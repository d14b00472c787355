package dev.sluice.filter.tlsfallback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.Peer;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFallbackTest {
    private static final TestClient PLAIN = new TestClient(1);
    private static final TestClient ENCRYPTED = new TestClient(2, Peer.LOCAL, true, false);

    @TempDir
    private Path directory;
    private final ModelDevice model = ModelDevice.random(100_000, new SeededRandom(1));
    private LayerHarness harness;

    private void start(String... words) throws Exception {
        harness = LayerHarness.filter(TlsFallbackFilter::new, "tls-fallback", List.of(words), directory, model).start();
        harness.next().exports(List.of(new ExportInfo("disk", "a disk")));
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private Connection open(TestClient client, String name) throws Exception {
        return harness.connect(new TestOpenRequest(harness.context(), name, false, client));
    }

    private NbdFilter filter() {
        NbdLayer layer = harness.layer();
        return (NbdFilter) layer;
    }

    @Test
    void whoEncryptsHasTheDisk() throws Exception {
        start();
        assertArrayEquals(model.contents(), open(ENCRYPTED, "disk").readAll());
        assertEquals(List.of(new ExportInfo("disk", "a disk")), filter().exports(ENCRYPTED, harness.next()));
    }

    @Test
    void whoDoesNotEncryptHasOneSectorToReadUnderEveryName() throws Exception {
        start();
        for (String name : List.of("", "disk", "no such")) {
            Connection c = open(PLAIN, name);
            assertEquals(512, c.info().size());
            assertFalse(c.info().isWritable());
            assertTrue(new String(c.readAll(), StandardCharsets.UTF_8).startsWith("Encryption is needed"));
            c.disconnect();
        }
    }

    @Test
    void whoDoesNotEncryptLearnsNothingOfWhatIsBehind() throws Exception {
        start();
        open(PLAIN, "disk");
        assertEquals(List.of(), harness.next().requests());
        assertEquals(List.of(new ExportInfo("", "")), filter().exports(PLAIN, harness.next()));
        assertEquals("", filter().defaultExport(PLAIN, harness.next()));
        assertEquals("", filter().description(new TestOpenRequest(harness.context(), "disk", false, PLAIN), harness.next()));
    }

    @Test
    void theTextCanBeAnother() throws Exception {
        start("tlsreadme=ask Anna");
        byte[] all = open(PLAIN, "").readAll();
        assertEquals("ask Anna", new String(all, 0, 8, StandardCharsets.UTF_8));
        assertArrayEquals(new byte[504], java.util.Arrays.copyOfRange(all, 8, 512));
    }

    @Test
    void aTextThatIsTooLongIsCut() throws Exception {
        start("tlsreadme=" + "x".repeat(600));
        assertArrayEquals("x".repeat(512).getBytes(StandardCharsets.UTF_8), open(PLAIN, "").readAll());
    }

    @Test
    void whereClientsComeOneAfterTheOtherItIsRefused() throws Exception {
        start();
        harness.context().setThreadModel(ThreadModel.SERIALIZE_CONNECTIONS);
        assertTrue(assertThrows(NbdException.class, () -> open(ENCRYPTED, "disk")).getMessage().contains("serialize_connections"));
    }
}
