package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The completion script in a bash, asked as bash asks it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CompletionIT {
    private static final Path COMPLETION = Sluice.ROOT.resolve("runtime/distribution/src/completion/sluice.bash");

    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
        sluice = new Sluice(directory.toRealPath());
    }

    private List<String> complete(String line) throws Exception {
        Sluice.Result result = sluice.runProgram("/bin/bash", "-c",
                "source \"$1\"; COMP_LINE=$2; COMP_POINT=${#2}; COMP_WORDS=($2); _sluice; "
                + "printf '%s\\n' \"${COMPREPLY[@]}\"", "bash", COMPLETION.toString(), line.replace("SLUICE", Sluice.SCRIPT.toString())
                .replace("NBDKIT", Sluice.NBDKIT.toString()));
        assertEquals(List.of(), result.err());
        return result.out().isBlank() ? List.of() : result.out().lines().toList();
    }

    @Test
    void optionsAreThoseOfTheProgram() throws Exception {
        assertEquals(List.of("--read-only", "--readonly"), complete("SLUICE --read"));
        assertTrue(complete("SLUICE memory -").containsAll(List.of("-f", "-U", "--dump-plugin")));
    }

    @Test
    void theFirstWordIsAPlugin() throws Exception {
        assertEquals(List.of("memory"), complete("SLUICE -r mem"));
        assertTrue(complete("SLUICE ").containsAll(List.of("file", "memory", "null", "server", "shell", "new")));
        assertTrue(complete("NBDKIT ").stream().noneMatch("server"::equals));
    }

    @Test
    void filtersAreOfferedBehindTheirOption() throws Exception {
        assertEquals(List.of("cow"), complete("SLUICE --filter=cow").stream().filter("cow"::equals).toList());
        assertTrue(complete("SLUICE memory --filter ").contains("offset"));
    }

    @Test
    void parametersAreThoseOfTheLayersOnTheLine() throws Exception {
        assertEquals(List.of("allocator="), complete("SLUICE memory all"));
        assertEquals(List.of("cow-block-size="), complete("SLUICE memory --filter=cow 1M cow-b"));
        assertEquals(List.of("cow-block-size="), complete("SLUICE --filter cow memory 1M cow-b"));
    }

    @Test
    void wordsOfAnOptionAreOffered() throws Exception {
        assertEquals(List.of("off", "on", "require"), complete("SLUICE --tls="));
        assertEquals(List.of("syslog"), complete("SLUICE --log sy"));
        assertEquals(List.of(), complete("SLUICE memory size="));
    }
}
