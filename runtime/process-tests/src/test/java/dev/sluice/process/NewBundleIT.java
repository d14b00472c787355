package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code sluice new} makes is built by Maven, outside of the checkout and without a network, and served. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NewBundleIT {
    private static final Path REPOSITORY = Path.of(System.getProperty("sluice.repository"));
    private static final Path MAVEN = Path.of(System.getProperty("sluice.maven"), "bin", "mvn");
    private static final String VERSION = System.getProperty("sluice.version");

    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        sluice = new Sluice(directory.toRealPath());
    }

    /** A repository of this test alone, with the API in it; the rest comes from the one that the build itself uses. */
    private Path settings() throws Exception {
        Path api = Files.createDirectories(sluice.directory.resolve("repository/dev/sluice/dev.sluice.api/" + VERSION));
        Path parent = Files.createDirectories(sluice.directory.resolve("repository/dev/sluice/sluice/" + VERSION));
        Path built = Sluice.ROOT.resolve("api-bundle");
        Files.copy(Sluice.ROOT.resolve("pom.xml"), parent.resolve("sluice-" + VERSION + ".pom"));
        Files.copy(built.resolve("pom.xml"), api.resolve("dev.sluice.api-" + VERSION + ".pom"));
        for (String end : new String[] {".jar", "-tests.jar"}) {
            String name = "dev.sluice.api-" + VERSION + end;
            Files.copy(built.resolve("target").resolve(name), api.resolve(name));
        }
        return Files.writeString(sluice.directory.resolve("settings.xml"), "<settings><localRepository>"
                + sluice.directory.resolve("repository") + "</localRepository><mirrors><mirror><id>build</id><mirrorOf>*</mirrorOf><url>"
                + REPOSITORY.toUri() + "</url></mirror></mirrors></settings>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plugin", "filter"})
    void aNewBundleIsBuiltAndServed(String kind) throws Exception {
        Sluice.Result made = sluice.run("new", kind, "my-disk");
        assertEquals(0, made.status(), made.toString());
        Sluice.Result built = sluice.runProgram(MAVEN.toString(), "-B", "-s", settings().toString(), "-f",
                sluice.directory.resolve("my-disk/pom.xml").toString(), "package");
        assertEquals(0, built.status(), built.out());
        String jar = "./my-disk/target/org.example.mydisk-1.0.0.jar";
        String[] line = kind.equals("plugin") ? new String[] {jar, "1M", "-U", "s", "-P", "p"}
                : new String[] {"--filter=" + jar, "memory", "1M", "my-disk-mask=1", "-U", "s", "-P", "p"};
        assertEquals(new Sluice.Result(0, "", List.of()), sluice.run(line));
        assertEquals(1 << 20, sluice.size("s"));
        Sluice.signal(sluice.server("p"), "TERM");
        try (Stream<Path> reports = Files.list(sluice.directory.resolve("my-disk/target/surefire-reports"))) {
            assertTrue(reports.anyMatch(report -> report.toString().endsWith(".txt")), "its contract was not tested");
        }
    }

    @Test
    void whatIsThereIsNotOverwritten() throws Exception {
        assertEquals(0, sluice.run("new", "plugin", "x").status());
        assertEquals(new Sluice.Result(1, "", List.of("sluice: error: new plugin: " + sluice.directory.resolve("x")
                + " exists already and is not empty")), sluice.run("new", "plugin", "x"));
    }
}
