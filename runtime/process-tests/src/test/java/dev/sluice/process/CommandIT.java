package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command of {@code -s}, {@code -u}, {@code --exit-with-parent} and {@code --run}, many starts, and the name nbdkit. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CommandIT {
    /** How often a server is started and stopped in a row; a long run takes 200. */
    private static final int STARTS = Integer.getInteger("sluice.starts", 20);

    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        sluice = new Sluice(directory.toRealPath());
    }

    @AfterEach
    void nothingStaysInTheTemporaryDirectory() throws Exception {
        try (Stream<Path> files = Files.list(sluice.temporary)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void calledNbdkitItSpeaksUnderThatName() throws Exception {
        Sluice.Result version = sluice.runProgram(Sluice.NBDKIT.toString(), "--version");
        assertTrue(version.out().matches("nbdkit 1\\.\\d+\\.\\d+ \\(sluice-.+\\)\n"), version.out());
        String missing = "nbdkit: error: memory: parameter 'size' must be given: size=SIZE, size of the disk";
        assertEquals(new Sluice.Result(1, "", List.of(missing)),
                sluice.runProgram(Sluice.NBDKIT.toString(), "memory", "-U", "-"));
        assertEquals(List.of("nbdkit: error: cannot open plugin \"./shell\": No such file or directory"),
                sluice.runProgram(Sluice.NBDKIT.toString(), "./shell").err());
        Sluice.Result shell = sluice.runProgram(Sluice.NBDKIT.toString(), "shell");
        assertTrue(shell.err().get(0).startsWith("nbdkit: error: cannot open plugin \"shell\": there is no such plugin"),
                shell.err().toString());
    }

    @Test
    void oneClientIsServedOnStandardInputAndOutput() throws Exception {
        Process server = sluice.command(Sluice.SCRIPT.toString(), "-s", "memory", "1M").start();
        assertArrayEquals("NBDMAGICIHAVEOPT".getBytes(StandardCharsets.US_ASCII), server.getInputStream().readNBytes(16));
        server.getOutputStream().close();
        assertEquals(0, Sluice.end(server));
        assertEquals(List.of(), sluice.errors());
    }

    @Test
    void aCommandInheritsNothingButTheStandardStreams() throws Exception {
        Sluice.Result result = sluice.runProgram("/bin/sh", "-c",
                "exec 5<\"$0\" 6<\"$0\"; exec \"$0\" memory 1M --run "
                + "'for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo $n; done; :'",
                Sluice.SCRIPT.toString());
        assertEquals(new Sluice.Result(0, "0\n1\n2\n", List.of()), result);
    }

    @Test
    void theServerEndsWithItsParent() throws Exception {
        Process parent = sluice.command("/bin/sh", "-c", "\"$0\" memory 1M -U s -P p --exit-with-parent & wait", Sluice.SCRIPT.toString())
                .redirectOutput(directory.resolve("out").toFile()).start();
        sluice.await("p", parent);
        ProcessHandle server = sluice.server("p");
        parent.destroyForcibly();
        server.onExit().get(120, TimeUnit.SECONDS);
    }

    @Test
    void theServerIsAnotherUserAndTheCommandIsNot() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can become another user");
        Files.setPosixFilePermissions(sluice.directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(sluice.temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(new Sluice.Result(0, "0\n", List.of()), sluice.run("memory", "1M", "-u", "65534", "-g", "65534", "--run", "id -u"));
        assertEquals(new Sluice.Result(0, "", List.of()),
                sluice.run("memory", "1M", "-u", "65534", "-g", "65534", "-U", "s", "-P", "tmp/p"));
        ProcessHandle server = sluice.server("tmp/p");
        List<String> ids = Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.matches("(Uid|Gid|Groups):.*")).map(line -> line.replaceAll("\\s+", " ").strip()).toList();
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(server, "TERM");
        assertEquals(List.of("Uid: 65534 65534 65534 65534", "Gid: 65534 65534 65534 65534", "Groups: 65534"), ids);
    }

    @Test
    void manyStartsAndStopsLeaveNothing() throws Exception {
        for (int i = 0; i < STARTS; i++) {
            assertEquals(0, sluice.run("memory", "1M", "-U", "s", "-P", "p").status(), "start " + i);
            assertEquals("NBDMAGIC", sluice.greeting("s"));
            Sluice.signal(sluice.server("p"), "TERM");
            assertEquals(List.of(), sluice.errors());
            assertTrue(Files.notExists(directory.resolve("s")) && Files.notExists(directory.resolve("p")));
        }
    }
}
