package dev.sluice.plugin.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTest {
    @TempDir
    private Path temporary;

    private Path served;
    private LayerHarness harness;

    @BeforeEach
    void makeTheDirectory() throws IOException {
        served = Files.createDirectory(temporary.resolve("served"));
        Files.write(served.resolve("b"), new byte[] {2, 2});
        Files.write(served.resolve("a"), new byte[] {1});
        Files.createDirectory(served.resolve("sub"));
        Files.write(served.resolve("sub/c"), new byte[] {3});
        Files.write(temporary.resolve("secret"), new byte[] {4});
        Files.createSymbolicLink(served.resolve("out"), temporary.resolve("secret"));
        Files.createSymbolicLink(served.resolve("in"), served.resolve("sub/c"));
        Files.createSymbolicLink(served.resolve("dangling"), served.resolve("nowhere"));
    }

    @AfterEach
    void endsWithoutHoldingAnything() throws Exception {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    private void start(String word) throws Exception {
        LayerHarness h = LayerHarness.plugin(FilePlugin::new, "file", List.of(word), temporary);
        h.start();
        harness = h;
    }

    private byte[] open(String name) throws IOException {
        return harness.connect(new TestOpenRequest(harness.context(), name, false, new TestClient(1))).readAll();
    }

    private NbdException refused(String name) {
        return assertThrows(NbdException.class, () -> open(name));
    }

    @Test
    void theExportNameChoosesTheFile() throws Exception {
        start("dir=served");
        assertArrayEquals(new byte[] {1}, open("a"));
        assertArrayEquals(new byte[] {2, 2}, open("b"));
    }

    @Test
    void filesThatComeLaterAreServed() throws Exception {
        start("directory=served");
        Files.write(served.resolve("later"), new byte[] {7});
        assertArrayEquals(new byte[] {7}, open("later"));
    }

    @Test
    void theListShowsWhatCanBeOpened() throws Exception {
        start("dir=served");
        List<ExportInfo> exports = ((FilePlugin) harness.layer()).exports(new TestClient(1));
        assertEquals(List.of("a", "b", "in"), exports.stream().map(ExportInfo::name).toList());
    }

    @Test
    void theListIsBounded() throws Exception {
        for (int i = 0; i < ServedDirectory.MAX_EXPORTS + 5; i++) {
            Files.createFile(served.resolve("n" + i));
        }
        start("dir=served");
        assertEquals(ServedDirectory.MAX_EXPORTS, ((FilePlugin) harness.layer()).exports(new TestClient(1)).size());
    }

    @Test
    void anEmptyNameIsRefused() throws Exception {
        start("dir=served");
        assertEquals("the export name is empty: it must be the name of a file in the served directory", refused("").getMessage());
    }

    @Test
    void namesThatArePathsAreRefused() throws Exception {
        start("dir=served");
        for (String name : List.of(".", "..", "../secret", "sub/c", "/etc/passwd", "a\0b")) {
            NbdException e = refused(name);
            assertEquals("export name '" + name.replace('\0', '?') + "' is not the plain name of a file in the served directory",
                    e.getMessage());
        }
    }

    @Test
    void symbolicLinksThatLeadOutAreRefused() throws Exception {
        start("dir=served");
        NbdException e = refused("out");
        assertEquals(NbdError.EPERM, e.error());
        assertEquals("export 'out' is a symbolic link that leads out of the served directory", e.getMessage());
    }

    @Test
    void symbolicLinksThatStayInsideAreFollowed() throws Exception {
        start("dir=served");
        assertArrayEquals(new byte[] {3}, open("in"));
    }

    @Test
    void absentFilesAndDirectoriesAreRefused() throws Exception {
        start("dir=served");
        assertEquals("there is no file 'zzz' in the served directory", refused("zzz").getMessage());
        assertEquals("there is no file 'dangling' in the served directory", refused("dangling").getMessage());
        assertEquals(true, refused("sub").getMessage().startsWith(served.toRealPath().resolve("sub") + " is a directory"));
    }

    @Test
    void aDirectoryThatIsNoneIsRefusedAtTheStart() {
        assertEquals("dir=" + temporary.resolve("nothing") + " does not exist",
                assertThrows(ConfigException.class, () -> start("dir=nothing")).getMessage());
        assertEquals("dir=" + temporary.resolve("secret") + " is not a directory; a single file is served with file="
                + temporary.resolve("secret"), assertThrows(ConfigException.class, () -> start("dir=secret")).getMessage());
    }

    @Test
    void aServedDirectoryMayItselfBeASymbolicLink() throws Exception {
        Files.createSymbolicLink(temporary.resolve("link"), served);
        start("dir=link");
        assertArrayEquals(new byte[] {1}, open("a"));
    }
}
