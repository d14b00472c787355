package dev.sluice.itests.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.osgi.framework.Bundle;

/** A stranger follows docs/writing-a-filter.md to the letter. */
class WritingAFilterIT extends ServedTest {
    private static final String NAME = "org.example.xor";

    @TempDir
    static Path home;
    private Author author;
    private Bundle bundle;

    WritingAFilterIT() {
        super("memory 1M");
    }

    @BeforeAll
    void writeCompileAndInstall() throws Exception {
        Map<String, String> files = Checkout.filesIn("docs/writing-a-filter.md");
        author = Author.with(files, NAME, home);
        bundle = sluice().context().installBundle(author.bundle("1.0.0").toUri().toString());
        bundle.start();
        sluice().export("once", "xor xor-mask=0x0f", "memory 1M");
        sluice().export("twice", "xor", "nofilter", "xor", "memory 1M");
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws Exception {
        byte[] data = Pattern.bytes(1, 0, 200_000);
        try (Session s = greeted().structured().go("once")) {
            s.write(777, data).ok();
            assertArrayEquals(data, s.read(777, data.length).data());
        }
    }

    @Test
    void bytesThatNobodyWroteAreFlippedAndZeroesAreNot() throws Exception {
        try (Session s = greeted().structured().go("once")) {
            assertArrayEquals(new byte[] {15, 15}, s.read(1_000_000, 2).data());
            s.ask(0, Wire.WRITE_ZEROES, 1_000_000, 2).ok();
            assertArrayEquals(new byte[] {0, 0, 15}, s.read(1_000_000, 3).data());
        }
    }

    @Test
    void flippedTwiceIsNotFlipped() throws Exception {
        try (Session s = greeted().structured().go("twice")) {
            assertArrayEquals(new byte[100], s.read(0, 100).data());
        }
    }

    @Test
    void holesBehindTheFilterAreNotHolesInFrontOfIt() throws Exception {
        var client = greeted().structured();
        int[] ids = client.selectContexts("once", "base:allocation");
        try (Session s = client.go("once").contexts(ids)) {
            List<Result.Extent> extents = s.status(0, 500_000, 4096).extents(s.contextId());
            assertEquals(0, extents.get(0).status());
        }
    }

    @Test
    void aConnectedClientNoticesNothingOfAnUpdate() throws Exception {
        byte[] data = Pattern.bytes(2, 0, 4096);
        try (Session s = greeted().structured().go("once")) {
            s.write(300_000, data).ok();
            try (InputStream jar = Files.newInputStream(author.bundle("1.1.0"))) {
                bundle.update(jar);
            }
            assertEquals("1.1.0", bundle.getVersion().toString());
            assertArrayEquals(data, s.read(300_000, 4096).data());
        }
    }

    @Test
    void theApiIsImportedAsTheDocumentSays() throws Exception {
        try (JarFile jar = new JarFile(author.bundle("1.0.0").toFile())) {
            String imports = jar.getManifest().getMainAttributes().getValue("Import-Package");
            assertTrue(imports.contains("dev.sluice.api;version=\"[1.1,1.2)\""), imports);
        }
    }

    @Test
    void theContractHolds() throws Exception {
        author.bundle("1.0.0");
        TestExecutionSummary summary = author.test(NAME + ".XorFilterTest");
        assertEquals(0, summary.getTotalFailureCount(), () -> summary.getFailures().stream()
                .map(f -> f.getTestIdentifier().getDisplayName() + ": " + f.getException()).toList().toString());
        assertTrue(summary.getTestsSucceededCount() > 20, "only " + summary.getTestsSucceededCount() + " tests");
    }
}
