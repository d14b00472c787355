package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server and its directory: what is made, what is read, what is left. */
class ServerIT {
    private static final String DISK = "dev.sluice.export~disk.json";
    private static final String OTHER = "dev.sluice.export~other.json";
    private Daemon daemon;

    @BeforeEach
    void aDirectory() throws IOException {
        daemon = new Daemon();
    }

    @AfterEach
    void nothingStays() throws Exception {
        daemon.close();
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(daemon.directory().resolve(name), LinkOption.NOFOLLOW_LINKS));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aMissingDirectoryIsMadeForItsOwnerAlone() throws Exception {
        daemon.start();
        assertEquals(List.of("bundles", "cache", "deploy", "etc", "lock", "log", "nbd.sock", "shell.sock"), names(daemon.directory()));
        assertEquals("rwx------", permissions(""));
        assertEquals("rw-------", permissions("nbd.sock"));
        assertEquals("rw-------", permissions("shell.sock"));
        assertTrue(daemon.said("nbd:list").contains("no exports"));
    }

    @Test
    void inADirectoryThatOthersCanReadTheSocketsAreTheOwnersAlone() throws Exception {
        Files.createDirectories(daemon.directory());
        Files.setPosixFilePermissions(daemon.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
        daemon.start();
        assertEquals("rwxr-xr-x", permissions(""));
        assertEquals("rw-------", permissions("nbd.sock"));
        assertEquals("rw-------", permissions("shell.sock"));
    }

    @Test
    void sigtermLeavesNothingBehind() throws Exception {
        daemon.configure(DISK, "{\"layers\": [\"memory 1M\"]}");
        daemon.start();
        try (Session client = daemon.client("disk")) {
            client.write(0, new byte[512]).ok();
            daemon.end("TERM");
        }
        assertEquals(List.of("bundles", "cache", "deploy", "etc", "lock", "log"), names(daemon.directory()));
        assertEquals(List.of(), names(daemon.temporary()));
        Tool tool = daemon.shell("nbd:list");
        assertEquals(2, tool.exit());
        assertEquals("sluice: error: no server runs in " + daemon.directory() + "; sluice server --dir " + daemon.directory()
                + " starts one", tool.err().strip());
    }

    @Test
    void aServerThatWasKilledStartsAgain() throws Exception {
        daemon.start();
        daemon.end("KILL");
        assertTrue(Files.exists(daemon.directory().resolve("nbd.sock")));
        daemon.start();
        assertTrue(daemon.said("nbd:list").contains("listens"));
    }

    @Test
    void aDirectoryHasOneServer() throws Exception {
        daemon.start();
        Tool second = daemon.tryToStart();
        assertEquals(1, second.exit());
        assertEquals("sluice: error: a server runs in " + daemon.directory() + " already", second.err().strip());
        assertTrue(daemon.said("nbd:list").contains("listens"));
    }

    @Test
    void aDirectoryThatOthersCanWriteIsRefused() throws Exception {
        Files.createDirectory(daemon.directory());
        Files.setPosixFilePermissions(daemon.directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(daemon.tryToStart().err().contains("can be written by others"));
    }

    @Test
    void filesMakeChangeAndEndExportsWhileOthersRun() throws Exception {
        daemon.configure(DISK, "{\"layers\": [\"memory 1M\"]}");
        daemon.configure(OTHER, "{\"layers\": [\"memory 1M\"], \"read-only\": false}");
        daemon.start();
        byte[] bytes = {1, 2, 3, 4};
        try (Session client = daemon.client("disk")) {
            client.write(0, bytes).ok();
            daemon.configure(DISK, "{\"layers\": [\"nofilter\", \"memory 1M\"]}");
            daemon.awaitList("nofilter > memory 1M");
            assertArrayEquals(bytes, client.read(0, 4).data());
            daemon.configure("dev.sluice.export~third.json", "{\"layers\": [\"null 1G\"]}");
            daemon.awaitList("null 1G");
            daemon.configure(OTHER, "{\"layers\": [\"memory 2M\"], \"read-only\": true}");
            daemon.awaitList("memory 2M");
            Files.delete(daemon.directory().resolve("etc").resolve(OTHER));
            Await.until("the export is gone", () -> {
                try {
                    return !daemon.said("nbd:list").contains("other");
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertArrayEquals(bytes, client.read(0, 4).data());
            client.disconnect();
        }
    }

    @Test
    void aBadFileIsOneLineAndTheExportStays() throws Exception {
        daemon.configure(DISK, "{\"layers\": [\"memory 1M\"]}");
        daemon.start();
        try (Session client = daemon.client("disk")) {
            daemon.configure(DISK, "{\"layers\": [\"memory 1M\"");
            Await.until("the file is named", () -> daemon.log().contains("etc/" + DISK + ": line 1, column 24: the end is missing"));
            daemon.configure(DISK, "{\"layers\": [\"memory 1M\"], \"drain\": \"soon\"}");
            Await.until("the value is named", () -> daemon.log().contains("dev.sluice.export~disk: export disk: drain=soon: "));
            daemon.configure(DISK, "{\"layers\": [\"offset offset=x\", \"memory 1M\"]}");
            Await.until("the layer is named", () -> daemon.log().contains("dev.sluice.export~disk: offset: offset=x: "));
            assertTrue(daemon.said("nbd:list").contains("disk    active        1  memory 1M"));
            client.read(0, 4).ok();
        }
    }

    @Test
    void savedChangesAndBundlesOutliveARestart() throws Exception {
        daemon.start();
        daemon.said("nbd:export", "disk", "memory", "1M", "--filter", "nofilter", "--save");
        daemon.said("nbd:export", "passing", "memory", "1M");
        Path jar = daemon.directory().resolve("new.jar");
        Daemon.copyAs("9.0.0", Daemon.jar("dev.sluice.filter.nofilter"), jar);
        assertTrue(daemon.said("nbd:upgrade", jar, "--save").endsWith("saved in bundles/dev.sluice.filter.nofilter-9.0.0.jar"));
        daemon.said("nbd:stop", "disk", "--save");
        daemon.end("TERM");
        daemon.start();
        String list = daemon.said("nbd:list");
        assertTrue(list.contains("disk    disabled        0  nofilter > memory"), list);
        assertFalse(list.contains("passing"));
        assertEquals("disk is active: nofilter > memory 1M\nsaved in etc/" + DISK, daemon.said("nbd:start", "disk", "--save"));
        assertTrue(daemon.said("nbd:stats", "disk").contains("dev.sluice.filter.nofilter 9.0.0"));
        assertEquals(1, daemon.said("lb -s | grep filter.nofilter").lines().count());
    }

    @Test
    void bundlesInDeployComeChangeAndGoUnderAClient() throws Exception {
        daemon.start();
        Path jar = Daemon.jar("dev.sluice.filter.nofilter");
        Path deployed = daemon.directory().resolve("deploy/nofilter.jar");
        Daemon.copyAs("9.0.0", jar, deployed);
        daemon.awaitSaid("9.0.0", "nbd:filters");
        daemon.said("nbd:export", "disk", "memory", "1M", "--filter", "nofilter");
        try (Session client = daemon.client("disk")) {
            client.write(0, new byte[] {5}).ok();
            assertTrue(daemon.said("nbd:stats", "disk").contains("nofilter 9.0.0"));
            Daemon.copyAs("9.0.1", jar, deployed);
            daemon.awaitSaid("9.0.1", "nbd:filters");
            // while it was updated, the one of the distribution was there at once
            assertTrue(daemon.said("nbd:stats", "disk").contains("nofilter 0."));
            Files.writeString(deployed, "no jar");
            Await.until("the bad jar is named", () -> daemon.log().contains("deploy/nofilter.jar: not updated, the old bundle stays"));
            Files.delete(deployed);
            daemon.awaitFound("\\bnofilter +0\\.", "nbd:filters");
            assertEquals(5, client.read(0, 1).data()[0]);
            client.disconnect();
        }
    }

    @Test
    void listenersCanBeAddedByOptionsAndFiles() throws Exception {
        daemon.configure("dev.sluice.listener~second.json", "{\"address\": \"unix:second.sock\"}");
        daemon.start("-p", "0");
        String list = daemon.said("nbd:list");
        assertTrue(list.contains("unix:" + daemon.directory().resolve("second.sock")), list);
        assertTrue(list.contains("tcp:127.0.0.1:"), list);
        assertFalse(list.contains("nbd.sock"), list);
    }

    @Test
    void anAddressThatCannotBeBoundEndsTheStart() throws Exception {
        Tool tool = daemon.tryToStart("-U", "/nonexistent/sock");
        assertEquals(1, tool.exit());
        assertTrue(tool.err().strip().startsWith("sluice: error: "), tool.err());
        assertEquals(1, daemon.tryToStart("memory").exit());
    }
}
