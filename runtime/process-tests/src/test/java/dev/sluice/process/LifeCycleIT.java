package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LifeCycleIT {
    @TempDir
    private Path directory;
    private Sluice sluice;

    /** The first start after a build makes the archive of classes, in a JVM of its own. */
    @BeforeAll
    static void startOnce(@TempDir Path scratch) throws Exception {
        assertEquals(0, new Sluice(scratch.toRealPath()).run("--version").status());
    }

    @BeforeEach
    void prepare() throws Exception {
        sluice = new Sluice(directory.toRealPath());
    }

    @AfterEach
    void nothingStaysBehind() throws Exception {
        try (Stream<Path> files = Files.list(sluice.directory)) {
            assertEquals(List.of(), files.map(file -> file.getFileName().toString())
                    .filter(name -> !List.of("tmp", "out", "err", "seen").contains(name)).toList());
        }
        try (Stream<Path> files = Files.list(sluice.temporary)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void aSignalEndsTheServerCleanly(String signal) throws Exception {
        // whoever runs the tests may ignore signals, as nohup does, and all processes below inherit that
        Process server = sluice.command("env", "--default-signal=" + signal, Sluice.SCRIPT.toString(),
                "-f", "memory", "1M", "-U", "s", "-P", "p").redirectOutput(sluice.directory.resolve("out").toFile()).start();
        sluice.await("p", server);
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(server.toHandle(), signal);
        assertEquals(0, Sluice.end(server));
        assertEquals(List.of(), sluice.errors());
    }

    @Test
    void inTheBackgroundClientsCanComeWhenTheScriptHasEnded() throws Exception {
        assertEquals(new Sluice.Result(0, "", List.of()), sluice.run("memory", "1M", "-U", "s", "-P", "p"));
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(sluice.server("p"), "TERM");
    }

    @Test
    void theServerHoldsNoneOfTheCallersDescriptors() throws Exception {
        sluice.run("memory", "1M", "-U", "s", "-P", "p");
        ProcessHandle server = sluice.server("p");
        List<Path> targets = new ArrayList<>();
        for (String name : new String[] {"fd/0", "fd/1", "fd/2", "cwd"}) {
            targets.add(Files.readSymbolicLink(Path.of("/proc/" + server.pid() + "/" + name)));
        }
        Sluice.signal(server, "INT");
        Path nowhere = Path.of("/dev/null");
        assertEquals(List.of(nowhere, nowhere, nowhere, Path.of("/")), targets);
    }

    @Test
    void twoServersStartedAtOnceDoNotMeet() throws Exception {
        Process first = sluice.start("memory", "1M", "-U", "s1", "-P", "p1");
        Process second = sluice.start("memory", "1M", "-U", "s2", "-P", "p2");
        assertEquals(0, Sluice.end(first));
        assertEquals(0, Sluice.end(second));
        Sluice.signal(sluice.server("p1"), "TERM");
        assertEquals("NBDMAGIC", sluice.greeting("s2"));
        Sluice.signal(sluice.server("p2"), "TERM");
    }

    @Test
    void anExistingSocketIsInUseAndLeftAlone() throws Exception {
        sluice.run("memory", "1M", "-U", "s", "-P", "p");
        assertEquals(new Sluice.Result(1, "", List.of("sluice: error: " + sluice.directory.resolve("s") + ": Address already in use")),
                sluice.run("memory", "1M", "-U", "s"));
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(sluice.server("p"), "TERM");
    }

    @Test
    void whatIsWrongIsOneLine() throws Exception {
        String missing = "sluice: error: memory: parameter 'size' must be given: size=SIZE, size of the disk";
        assertEquals(new Sluice.Result(1, "", List.of(missing)), sluice.run("memory", "-U", "-"));
        assertEquals(new Sluice.Result(1, "", List.of("sluice: cannot use oldstyle protocol (-o) and require TLS")),
                sluice.run("memory", "1M", "--tls=require", "-o"));
        Sluice.Result unknown = sluice.run("nosuch", "-U", "-");
        assertEquals(1, unknown.status());
        assertTrue(unknown.err().get(0).startsWith("sluice: error: cannot open plugin \"nosuch\": there is no such plugin; there are: "),
                unknown.err().toString());
    }

    @Test
    void aCommandFindsTheServerAndItsStatusCounts() throws Exception {
        Sluice.Result result = sluice.run("memory", "1M", "-e", "a b", "--run",
                "test -S \"$unixsocket\" && echo \"$uri $nbd $exportname $port\" && pwd && exit 7");
        String[] lines = result.out().split("\n");
        assertEquals(7, result.status(), result.toString());
        assertTrue(lines[0].startsWith("nbd+unix:///a%20b?socket=" + sluice.temporary), lines[0]);
        assertTrue(lines[0].endsWith("/socket a b "), lines[0]);
        assertEquals(sluice.directory.toString(), lines[1]);
    }

    @Test
    void aCommandThatASignalEndsGivesItsNumber() throws Exception {
        assertEquals(137, sluice.run("memory", "1M", "--run", "kill -9 $$").status());
    }

    @Test
    void aSignalDuringTheStartLeavesNothing() throws Exception {
        Process server = sluice.start("-f", "memory", "1M", "-U", "s");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        // from the moment on that the JVM has made its directory
        while (sluice.temporary.toFile().list().length == 0) {
            assertFalse(server.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline, "the server did not start");
        }
        Sluice.signal(server.toHandle(), "TERM");
        assertEquals(0, Sluice.end(server));
    }

    @Test
    void aPortOfTheSystemsChoiceIsTold() throws Exception {
        Sluice.Result result = sluice.run("memory", "1M", "-p", "0", "--print-uri", "-P", "p");
        assertTrue(result.out().matches("(?s)nbd://localhost:\\d+\nShell-quoted URI: .*"), result.out());
        Sluice.signal(sluice.server("p"), "TERM");
    }
}
