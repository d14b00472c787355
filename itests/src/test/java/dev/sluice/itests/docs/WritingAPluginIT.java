package dev.sluice.itests.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;

/** A stranger follows docs/writing-a-plugin.md to the letter. */
class WritingAPluginIT extends ServedTest {
    private static final String DOCUMENT = "docs/writing-a-plugin.md";

    @TempDir
    static Path home;
    private Map<String, String> files;
    private Author author;
    private String version;
    private Bundle bundle;

    WritingAPluginIT() {
        super("memory 1M");
    }

    @BeforeAll
    void writeCompileAndInstall() throws Exception {
        files = Checkout.filesIn(DOCUMENT);
        version = Author.ofPom(files.get("pom.xml"), "version");
        author = Author.with(files, Author.ofPom(files.get("pom.xml"), "artifactId"), home);
        bundle = sluice().context().installBundle(author.bundle(version).toUri().toString());
        bundle.start();
        sluice().export("heap", "heap 1M");
    }

    @Test
    void theDiskKeepsWhatIsWritten() throws Exception {
        byte[] data = Pattern.bytes(1, 0, 70_000);
        try (Session s = greeted().structured().go("heap")) {
            assertEquals(1 << 20, s.size());
            s.write(5000, data).ok();
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            assertArrayEquals(data, s.read(5000, data.length).data());
        }
    }

    @Test
    void whatTheDocumentLeavesToTheCoreIsThere() throws Exception {
        try (Session s = greeted().structured().go("heap")) {
            s.write(100, new byte[] {1, 2, 3, 4}).ok();
            s.ask(0, Wire.WRITE_ZEROES, 101, 2).ok();
            assertArrayEquals(new byte[] {1, 0, 0, 4}, s.read(100, 4).data());
            assertTrue(s.read(1 << 20, 1).error() != 0);
            s.result(s.sendWrite(Wire.FUA, 0, new byte[] {1})).ok();
        }
    }

    @Test
    void anUnknownKeyIsRefusedInOneLine() throws Exception {
        Configuration c = sluice().configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("sice", Map.of(), "heap sice=1M"));
        ExportStatus status = sluice().awaitExport("sice");
        assertEquals(ExportState.FAILED, status.state());
        assertTrue(status.why().contains("sice") && status.why().contains("size"), status.why());
        c.delete();
    }

    @Test
    void aConnectedClientFindsItsBytesAfterAnUpdate() throws Exception {
        byte[] data = Pattern.bytes(2, 0, 4096);
        try (Session s = greeted().structured().go("heap")) {
            s.write(8192, data).ok();
            try (InputStream jar = Files.newInputStream(author.bundle("1.1.0"))) {
                bundle.update(jar);
            }
            assertEquals("1.1.0", bundle.getVersion().toString());
            assertArrayEquals(data, s.read(8192, 4096).data());
        }
    }

    @Test
    void theManifestIsWhatTheDocumentSays() throws Exception {
        try (JarFile jar = new JarFile(author.bundle(version).toFile())) {
            Manifest manifest = jar.getManifest();
            String imports = manifest.getMainAttributes().getValue("Import-Package");
            assertTrue(imports.contains("dev.sluice.api;version=\"[1.1,2)\""), imports);
            assertEquals(null, manifest.getMainAttributes().getValue("Export-Package"));
            assertTrue(jar.stream().noneMatch(e -> e.getName().startsWith("dev/sluice")));
        }
    }

    @Test
    void theContractHolds() throws Exception {
        author.bundle(version);
        TestExecutionSummary summary = author.test("org.example.heap.HeapPluginTest");
        assertEquals(0, summary.getTotalFailureCount(), () -> summary.getFailures().toString() + summary.getFailures().stream()
                .map(f -> String.valueOf(f.getException())).toList());
        assertTrue(summary.getTestsSucceededCount() > 20, "only " + summary.getTestsSucceededCount() + " tests");
    }

    @Test
    void thePomNamesTheVersionOfTheApi() throws Exception {
        String version = Author.ofPom(Checkout.text("pom.xml"), "version");
        assertTrue(files.get("pom.xml").contains("<artifactId>dev.sluice.api</artifactId>\n      <version>" + version + "</version>"));
    }
}
