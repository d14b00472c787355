package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket activation as systemd does it, by a small program that becomes the server. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ActivationIT {
    private static final String PYTHON = "/usr/bin/python3";
    private static final Path ACTIVATOR = Path.of("src/test/resources/activate.py").toAbsolutePath();

    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.isExecutable(Path.of(PYTHON)), "there is no " + PYTHON);
        sluice = new Sluice(directory.toRealPath());
    }

    private ProcessBuilder activated(String... arguments) {
        List<String> words = new ArrayList<>(List.of(ACTIVATOR.toString(), "s", Sluice.SCRIPT.toString()));
        words.addAll(List.of(arguments));
        return sluice.command(PYTHON, words.toArray(new String[0])).redirectOutput(directory.resolve("out").toFile());
    }

    private Process started(String... arguments) throws Exception {
        Process server = activated(arguments).start();
        while (!sluice.isWritten("p")) {
            boolean ended = server.waitFor(20, TimeUnit.MILLISECONDS);
            assumeFalse(ended && sluice.errors().stream().anyMatch(line -> line.contains("this build can't take a socket")));
            assertTrue(!ended, () -> "the server has ended");
        }
        return server;
    }

    @Test
    void theServerListensOnTheSocketThatItWasStartedWith() throws Exception {
        Process server = started("memory", "1M", "-P", "p");
        assertEquals(server.pid() + "\n", Files.readString(directory.resolve("p")));
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(server.toHandle(), "TERM");
        assertEquals(0, Sluice.end(server));
        assertTrue(Files.exists(directory.resolve("s")), "the socket is its maker's");
        assertEquals(List.of(), sluice.errors());
    }

    @Test
    void aVerboseServerKeepsStandardError() throws Exception {
        Process server = started("memory", "1M", "-P", "p", "-v");
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(server.toHandle(), "TERM");
        assertTrue(sluice.errors().stream().anyMatch(line -> line.startsWith("sluice: debug: service mode: ")), sluice.errors().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p 1", "-U x", "-s", "--run true", "-i localhost"})
    void whatChoosesAnotherSocketIsRefused(String option) throws Exception {
        List<String> words = new ArrayList<>(List.of("memory", "1M"));
        words.addAll(List.of(option.split(" ")));
        assertEquals(1, Sluice.end(activated(words.toArray(new String[0])).start()));
        assertEquals(List.of("sluice: cannot use socket activation with " + option.split(" ")[0] + " flag"), sluice.errors());
    }

    @Test
    void moreThanOneSocketIsRefused() throws Exception {
        ProcessBuilder builder = activated("memory", "1M");
        builder.environment().put("COUNT", "2");
        assertEquals(1, Sluice.end(builder.start()));
        assertEquals(List.of("sluice: socket activation: LISTEN_FDS=2: a JVM can take only one socket"), sluice.errors());
        builder.environment().put("COUNT", "17");
        Files.delete(directory.resolve("s"));
        assertEquals(1, Sluice.end(builder.start()));
        assertEquals(List.of("sluice: socket activation: LISTEN_FDS=17 out of range"), sluice.errors());
    }

    @Test
    void aSocketForSomebodyElseIsNotTaken() throws Exception {
        ProcessBuilder builder = sluice.command(Sluice.SCRIPT.toString(), "--version").redirectOutput(directory.resolve("out").toFile());
        builder.environment().put("LISTEN_PID", "1");
        builder.environment().put("LISTEN_FDS", "1");
        assertEquals(0, Sluice.end(builder.start()));
        assertEquals(List.of("sluice: LISTEN_PID was not for us (ignored)"), sluice.errors());
    }

    @Test
    void theUnitOfSystemdStartsSuchAServer() throws Exception {
        Path units = Sluice.ROOT.resolve("runtime/distribution/src/systemd");
        List<String> service = Files.readAllLines(units.resolve("sluice.service"));
        String start = service.stream().filter(line -> line.startsWith("ExecStart=")).findFirst().orElseThrow();
        String[] words = start.substring("ExecStart=".length()).split(" ");
        assertEquals("/usr/bin/sluice", words[0]);
        assertTrue(Files.readString(units.resolve("sluice.socket")).contains("\nListenStream=/run/sluice.sock\n"));
        List<String> arguments = new ArrayList<>(List.of(words).subList(1, words.length));
        arguments.addAll(List.of("-P", "p"));
        Process server = started(arguments.toArray(new String[0]));
        assertEquals("NBDMAGIC", sluice.greeting("s"));
        Sluice.signal(server.toHandle(), "TERM");
        assertEquals(0, Sluice.end(server));
    }
}
