package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartScriptTest {
    @TempDir
    private Path temporary;
    private StartScript script;

    @BeforeEach
    void prepare() throws Exception {
        script = new StartScript(temporary);
    }

    @Test
    void theNewestJdkIsTaken() throws Exception {
        script.jdk("17.0.9");
        script.jdk("21.0.11");
        script.jdk("21.0.2");
        script.jdk("11.0.30");
        assertEquals("java 21.0.11 true " + script.root + ": memory 1G\n", script.run(script.unpacked("dist"), "memory", "1G").out());
    }

    @Test
    void aJdkOnThePathIsTakenIfItIsNewer() throws Exception {
        script.jdk("17");
        Path other = StartScript.jdk(script.root.resolve("elsewhere"), "26-ea", "exit 0");
        Files.createSymbolicLink(script.root.resolve("tools/java"), other.resolve("bin/java"));
        assertTrue(script.run(script.unpacked("dist"), "-f").out().startsWith("java 26-ea "));
    }

    @Test
    void theJdkThatJavaHomeNamesWins() throws Exception {
        Path wanted = script.jdk("17.0.1");
        script.jdk("25");
        script.with("JAVA_HOME", wanted.toString());
        assertTrue(script.run(script.unpacked("dist"), "-f").out().startsWith("java 17.0.1 false"));
    }

    @Test
    void anOldJdkInJavaHomeIsNamedAndNotReplaced() throws Exception {
        script.jdk("25");
        Path old = script.jdk("11.0.2");
        script.with("JAVA_HOME", old.toString());
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(1, result.status());
        assertEquals(List.of("sluice: error: JAVA_HOME is " + old + ", a JDK 11.0.2; Sluice needs 17 or newer"), result.err());
    }

    @Test
    void aJavaHomeWithoutJavaIsNamed() throws Exception {
        script.with("JAVA_HOME", "/nowhere");
        assertEquals(List.of("sluice: error: JAVA_HOME is /nowhere, and there is no bin/java in it; "
                + "set it to a JDK 17 or newer, or unset it"),
                script.run(script.unpacked("dist")).err());
    }

    @Test
    void withoutAJdkOneLineSaysWhatToInstall() throws Exception {
        script.jdk("1.8.0_402");
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(1, result.status());
        assertEquals(List.of("sluice: error: no JDK 17 or newer found; install one (the package openjdk-17-jdk or newer) or set JAVA_HOME"),
                result.err());
    }

    @Test
    void itWorksFromAnyDirectoryAndThroughLinks() throws Exception {
        script.jdk("17");
        Path real = script.unpacked("dist with blank");
        Path elsewhere = Files.createDirectories(script.root.resolve("else where"));
        Path first = Files.createSymbolicLink(script.root.resolve("first"), real);
        Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("..", first.getFileName().toString()));
        StartScript.Result result = script.finish(elsewhere, List.of("./second", "-f", "a b", ""));
        assertEquals("java 17 false " + elsewhere + ": -f a b \n", result.out());
        assertEquals(List.of(), result.err());
    }

    @Test
    void itEndsWithZeroWhenTheServerIsReadyAndPassesOnWhatItPrinted() throws Exception {
        StartScript.jdk(script.root.resolve("jvms"), "17", "echo 'nbd://localhost'; echo ready");
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(0, result.status());
        assertTrue(result.out().endsWith(": memory\nnbd://localhost\n"), result.out());
    }

    @Test
    void itEndsWithTheStatusOfAServerThatDidNotStart() throws Exception {
        StartScript.jdk(script.root.resolve("jvms"), "17", "echo 'sluice: error: no' >&2; echo exit 3");
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(3, result.status());
        assertEquals(List.of("sluice: error: no"), result.err());
    }

    @Test
    void aJvmThatDiesIsAnError() throws Exception {
        StartScript.jdk(script.root.resolve("jvms"), "17", "printf 'no memory'; exit 1");
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(1, result.status());
        assertEquals(List.of("no memory", "sluice: error: the JVM ended without saying whether it is ready"), result.err());
    }

    @Test
    void inTheForegroundTheStatusIsTheJvms() throws Exception {
        StartScript.jdk(script.root.resolve("jvms"), "17", "exit 7");
        assertEquals(7, script.run(script.unpacked("dist"), "memory", "--run", "false").status());
    }

    @Test
    void theServerIsAloneInItsSession() throws Exception {
        StartScript.jdk(script.root.resolve("jvms"), "17",
                "read -r _ _ _ _ _ session _ </proc/$$/stat; [ $session = $$ ] && echo alone; echo ready");
        assertTrue(script.run(script.unpacked("dist"), "memory").out().endsWith("alone\n"));
    }

    @Test
    void calledNbdkitItSaysSoAndTakesItsWordsForPlugins() throws Exception {
        script.jdk("17");
        Path other = Files.createSymbolicLink(script.root.resolve("nbdkit"), script.unpacked("dist"));
        assertTrue(script.run(other, "new", "plugin", "x").out().startsWith("java 17 true "));
        assertTrue(script.run(other, "shell").out().startsWith("java 17 true "));
        script.with("JAVA_HOME", "/nowhere");
        assertTrue(script.run(other, "memory").err().get(0).startsWith("nbdkit: error: JAVA_HOME is /nowhere"));
    }

    @Test
    void aHeapOrACollectorOfTheUsersChoiceIsTheOnlyOne() throws Exception {
        StartScript.executable(script.jdk("17").resolve("bin/java"), "#!/bin/sh\necho \"$@\"\n");
        Path dist = script.unpacked("dist");
        assertTrue(script.run(dist, "-f").out().contains(" -XX:+UseSerialGC -Xms64m "));
        String heap = script.with("JVM_OPTIONS", "-Xmx32m").run(dist, "-f").out();
        assertTrue(heap.contains(" -XX:+UseSerialGC ") && heap.contains(" -Xmx32m ") && !heap.contains("-Xms"), heap);
        String collector = script.with("JVM_OPTIONS", "-XX:+UseG1GC").run(dist, "-f").out();
        assertTrue(collector.contains(" -XX:+UseG1GC ") && !collector.contains("SerialGC") && !collector.contains("-Xms"), collector);
    }

    @Test
    void aSkeletonIsMadeInTheForeground() throws Exception {
        script.jdk("17");
        assertEquals("java 17 false " + script.root + ": new plugin x\n", script.run(script.unpacked("dist"), "new", "plugin", "x").out());
    }

    @Test
    void aSocketForAnotherProcessIsLeftAlone() throws Exception {
        script.jdk("17");
        script.with("LISTEN_PID", "1").with("LISTEN_FDS", "1");
        StartScript.Result result = script.run(script.unpacked("dist"), "memory");
        assertEquals(List.of("sluice: LISTEN_PID was not for us (ignored)"), result.err());
        assertEquals("java 17 true " + script.root + ": memory\n", result.out());
    }

    @Test
    void aSocketThatIsNotThereIsNamed() throws Exception {
        script.jdk("17");
        String path = script.unpacked("dist").toString();
        StartScript.Result result = script.finish(script.root,
                List.of("/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec '" + path + "' memory 3<&-"));
        assertEquals(1, result.status());
        assertEquals(List.of("sluice: socket activation: invalid file descriptor fd = 3: Bad file descriptor"), result.err());
    }

    @Test
    void closedDescriptorsAreRefused() throws Exception {
        script.jdk("17");
        String path = script.unpacked("dist").toString();
        for (String closed : new String[] {"<&-", ">&-"}) {
            StartScript.Result result = script.finish(script.root, List.of("/bin/sh", "-c", "'" + path + "' memory " + closed));
            assertEquals(1, result.status());
            assertEquals(List.of("sluice: error: expecting stdin/stdout to be opened"), result.err());
        }
        assertEquals(1, script.finish(script.root, List.of("/bin/sh", "-c", "'" + path + "' memory 2>&-")).status());
    }

    @Test
    void twoFirstStartsOfACheckoutBuildOnce() throws Exception {
        script.jdk("17");
        Path checkout = checkout();
        Path target = checkout.resolve("runtime/distribution/target");
        script.tool("mvn", "#!/bin/sh\n"
                + "echo \"$@\" >>'" + script.root + "/calls'\n"
                + "echo '[INFO] Building Sluice: core 1 [2/9]'\n"
                + "mkdir -p '" + target + "/sluice-1/bundles' '" + target + "/sluice-1/lib'\n"
                + ": >'" + target + "/sluice-1/lib/dev.sluice.launcher-1.jar'\n"
                + ": >'" + target + "/sluice-1.tar.gz'\n");
        List<Callable<StartScript.Result>> starts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            starts.add(() -> script.run(checkout.resolve("sluice"), "memory"));
        }
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<String> errors = new ArrayList<>();
        try {
            for (Future<StartScript.Result> start : threads.invokeAll(starts, 60, TimeUnit.SECONDS)) {
                assertEquals(0, start.get().status());
                assertEquals("java 17 true " + script.root + ": memory\n", start.get().out());
                errors.addAll(start.get().err());
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(1, Files.readAllLines(script.root.resolve("calls")).size());
        assertTrue(errors.contains("sluice: Building Sluice: core 1 [2/9]"), errors.toString());
        assertTrue(Files.notExists(target.resolve("build.lock")));
    }

    /** Another start finishes its preparation in the moment in which this one looks for old ones to remove. */
    @Test
    void whatAnotherFirstStartHasJustPreparedIsNotRemoved() throws Exception {
        script.jdk("17");
        Path home = script.unpacked("dist").getParent().getParent();
        script.tool("rm", "#!/bin/sh\n"
                + "case $2 in\n"
                + "  */classes-*.jsa)\n"
                + "    of=${2##*classes-}\n"
                + "    other=${2%/*}/start-${of%.jsa}\n"
                + "    mkdir $other-other\n"
                + "    echo start-${of%.jsa}-other >$other\n"
                + "    /usr/bin/touch -d tomorrow $other ;;\n"
                + "esac\n"
                + "exec /bin/rm \"$@\"\n");
        assertEquals(0, script.run(home.resolve("bin/sluice"), "memory").status());
        try (Stream<Path> left = Files.list(home.resolve("lib"))) {
            List<String> names = left.map(path -> path.getFileName().toString()).sorted().toList();
            assertTrue(names.stream().anyMatch(name -> name.matches("start-[0-9]+-other")), names.toString());
            assertTrue(names.stream().noneMatch(name -> name.startsWith(".")), names.toString());
        }
    }

    @Test
    void aBuildThatFailsIsReportedWithItsErrors() throws Exception {
        script.jdk("17");
        Path checkout = checkout();
        script.tool("mvn", "#!/bin/sh\necho '[ERROR] no network'\nexit 1\n");
        StartScript.Result result = script.run(checkout.resolve("sluice"), "memory");
        assertEquals(1, result.status());
        assertEquals(List.of("sluice: building the distribution, once; Maven fetches what it needs", "[ERROR] no network",
                "sluice: error: the build failed; Maven's output is in " + checkout + "/runtime/distribution/target/build.log"),
                result.err());
    }

    @Test
    void aLockThatAKilledBuildLeftIsTaken() throws Exception {
        script.jdk("17");
        Path checkout = checkout();
        Path lock = Files.createDirectories(checkout.resolve("runtime/distribution/target/build.lock"));
        // larger than any process id can be
        Files.writeString(lock.resolve("pid"), "99999999\n");
        script.tool("mvn", "#!/bin/sh\nexit 1\n");
        assertEquals(1, script.run(checkout.resolve("sluice"), "memory").status());
        assertTrue(Files.notExists(lock));
    }

    @Test
    void aCheckoutWithoutMavenSaysWhatIsMissing() throws Exception {
        script.jdk("17");
        assertEquals(List.of("sluice: error: this checkout is not built, and there is no Maven (mvn) to build it with; "
                + "install Maven 3.8 or newer"), script.run(checkout().resolve("sluice"), "memory").err());
    }

    private Path checkout() throws Exception {
        Path checkout = Files.createDirectories(script.root.resolve("checkout"));
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.copy(StartScript.SOURCE, checkout.resolve("sluice"));
        return checkout;
    }
}
