package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @TempDir
    private Path directory;
    private final FakeRuntime runtime = new FakeRuntime();
    private final FakeConfigurationAdmin admin = new FakeConfigurationAdmin(runtime);
    private FakeLauncher launcher;

    @BeforeEach
    void kinds() {
        runtime.kinds.add(FakeRuntime.kind("memory", false, false, FakeRuntime.parameter("size", true)));
        runtime.kinds.add(FakeRuntime.kind("cow", true, false, FakeRuntime.parameter("cow-block-size", false)));
    }

    private int run(String... argv) throws Exception {
        return run(new FakeLauncher(directory, argv));
    }

    private int run(FakeLauncher with) throws Exception {
        launcher = with;
        return new CommandLine(launcher, runtime, admin.service()).call();
    }

    @Test
    void aServerIsAnExportAndAListenerForEachLoopbackAddress() throws Exception {
        assertEquals(0, run("memory", "1G", "--filter=cow", "cow-block-size=64k", "-r"));
        Map<String, Object> export = admin.made.get(0);
        assertEquals("*", export.get("name"));
        assertArrayEquals(new String[] {"cow cow-block-size=64k", "memory 1G"}, (String[]) export.get("layers"));
        assertEquals(true, export.get("read-only"));
        assertEquals(directory.toString(), export.get("directory"));
        assertEquals(List.of("tcp:127.0.0.1:10809", "tcp:[::1]:10809"),
                admin.made.stream().skip(1).map(made -> made.get("address")).toList());
        assertEquals(true, launcher.ready);
        assertEquals(List.of(), launcher.err);
    }

    @Test
    void whatWasNotAskedForIsLeftToTheCore() throws Exception {
        run("memory", "1G", "-4");
        assertEquals(Map.of("name", "tcp-1", "address", "tcp:127.0.0.1:10809", "style", "newstyle"), admin.made.get(1));
    }

    @Test
    void protocolOptionsBecomePropertiesOfTheListener() throws Exception {
        run("memory", "1G", "-4", "-p", "5", "-o", "--no-sr", "--no-mc", "--mask-handshake=1", "-t", "3", "--timeout=2s");
        assertEquals(Map.of("name", "tcp-1", "address", "tcp:127.0.0.1:5", "style", "oldstyle", "structured-replies", false,
                "meta-contexts", false, "handshake-flags", 1, "threads", 3, "handshake-timeout", "2s"), admin.made.get(1));
    }

    @Test
    void anAddressInUseIsPassedOverWhileAnotherIsFree() throws Exception {
        runtime.taken.add("tcp:127.0.0.1:10809");
        assertEquals(0, run("memory", "1G", "--print-uri"));
        assertTrue(launcher.out.get(0).startsWith("nbd://[::1]:10809\n"), launcher.out.toString());
        assertEquals("tcp:127.0.0.1:10809", admin.deleted.get(0).get("address"));
    }

    @Test
    void noFreeAddressIsAnError() throws Exception {
        runtime.taken.addAll(List.of("tcp:127.0.0.1:10809", "tcp:[::1]:10809"));
        assertEquals(1, run("memory", "1G"));
        assertEquals(List.of("sluice: error: unable to bind to any TCP/IP sockets: 127.0.0.1:10809: Address already in use; "
                + "[::1]:10809: Address already in use"), launcher.err);
        assertNull(launcher.ready);
    }

    @Test
    void allAddressesHaveThePortThatTheFirstWasGiven() throws Exception {
        run("memory", "1G", "-p", "0", "--print-uri");
        assertEquals("tcp:[::1]:40000", admin.made.get(2).get("address"));
        assertTrue(launcher.out.get(0).startsWith("nbd://localhost:40000\n"));
    }

    @Test
    void anEmptyAddressIsAllOfThem() throws Exception {
        run("memory", "1G", "-i", "");
        assertEquals("tcp::10809", admin.made.get(1).get("address"));
    }

    @Test
    void aSocketPathThatTheKernelHasNoRoomForIsRefused() throws Exception {
        assertEquals(1, run("memory", "1G", "-U", "/" + "a".repeat(107)));
        assertEquals(List.of("sluice: -U: path too long: length 108 > max 107 bytes"), launcher.err);
    }

    @Test
    void theSocketFileIsGoneAfterwards() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-U", "s");
        Path socket = Files.writeString(directory.resolve("s"), "stands for a socket");
        assertEquals(0, run(with));
        assertEquals("unix:" + socket, admin.made.get(1).get("address"));
        assertFalse(Files.exists(socket));
    }

    @Test
    void aSocketFileOfSomebodyElseStays() throws Exception {
        Path socket = Files.writeString(directory.resolve("s"), "");
        Path other = Files.writeString(directory.resolve("other"), "");
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-U", "s");
        with.whenReady = () -> {
            try {
                Files.move(other, socket, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            with.stop();
        };
        assertEquals(0, run(with));
        assertTrue(Files.exists(socket));
    }

    @Test
    void thePidFileIsThereWhileTheServerIs() throws Exception {
        Path file = directory.resolve("pid");
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-P", "pid");
        String[] read = new String[1];
        with.whenReady = () -> {
            try {
                read[0] = Files.readString(file);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            with.stop();
        };
        assertEquals(0, run(with));
        assertEquals(ProcessHandle.current().pid() + "\n", read[0]);
        assertFalse(Files.exists(file));
    }

    @Test
    void aPidFileThatCantBeWrittenEndsTheStart() throws Exception {
        assertEquals(1, run("memory", "1G", "-P", "none/pid"));
        assertEquals(List.of("sluice: error: -P: can't write " + directory.resolve("none/pid") + ": no such file or directory"),
                launcher.err);
    }

    @Test
    void anExportThatFailsEndsTheStartWithItsReason() throws Exception {
        runtime.exportFailure = "memory: size=x: a size is a number";
        assertEquals(1, run("memory", "x"));
        assertEquals(List.of("sluice: error: memory: size=x: a size is a number"), launcher.err);
    }

    @Test
    void aLayerCanEndTheServer() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G");
        with.whenReady = () -> runtime.shutdown.run();
        assertEquals(0, run(with));
        assertNull(runtime.shutdown);
    }

    @Test
    void theCommandsStatusIsTheProcesss() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-e", "x", "--run",
                "echo \"$uri\" >uri; test -z \"$port\" && exit 7");
        with.whenReady = () -> { };
        assertEquals(7, run(with));
        assertEquals("nbd+unix:///x?socket=" + directory.resolve("socket") + "\n", Files.readString(directory.resolve("uri")));
        assertEquals(false, launcher.ready);
    }

    @Test
    void aCommandThatASignalKilledIs128AndTheSignal() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "--run", "kill -9 $$");
        with.whenReady = () -> { };
        assertEquals(137, run(with));
    }

    @Test
    void aStopEndsTheCommandToo() throws Exception {
        assertEquals(143, run("memory", "1G", "--run", "exec sleep 100"));
    }

    @Test
    void anUnknownPluginIsNamedWithThoseThatExist() throws Exception {
        assertEquals(1, run("nosuch"));
        assertEquals(List.of("sluice: error: cannot open plugin \"nosuch\": there is no such plugin; there are: memory\n"
                + "Use 'sluice --help' or read docs/command-line.md for documentation."), launcher.err);
    }

    @Test
    void aPluginWhoseBundleIsNotStartedYetIsFound() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "late", "--version");
        with.whenBundlesAreWanted = () -> runtime.kinds.add(FakeRuntime.kind("late", false, false));
        assertEquals(0, run(with));
        assertEquals(List.of("sluice 0.1.0\nlate 1.2.3"), launcher.out);
    }

    @Test
    void aFilterInThePluginsPlaceGetsAdvice() throws Exception {
        run("cow");
        assertTrue(launcher.err.get(0).contains("it is a filter; use --filter=cow"), launcher.err.toString());
        run("memory", "--filter=memory");
        assertTrue(launcher.err.get(0).contains("cannot open filter \"memory\": it is a plugin"), launcher.err.toString());
    }

    @Test
    void noPluginIsAnErrorWithAHint() throws Exception {
        assertEquals(1, run("-f"));
        assertEquals(List.of("sluice: no plugins given on the command line.",
                "Use 'sluice --help' or read docs/command-line.md for documentation."), launcher.err);
    }

    @Test
    void anUnknownOptionShowsTheSynopsis() throws Exception {
        assertEquals(1, run("--foo"));
        assertEquals(List.of("sluice: unrecognized option '--foo'"), launcher.err);
        assertTrue(launcher.out.get(0).startsWith("sluice [OPTIONS]"));
    }

    @Test
    void theVersionNamesEveryLayer() throws Exception {
        assertEquals(0, run("--version", "memory", "--filter=cow"));
        assertEquals(List.of("sluice 0.1.0\ncow 1.2.3\nmemory 1.2.3"), launcher.out);
        assertEquals(0, run("-V"));
        assertEquals(List.of("sluice 0.1.0"), launcher.out);
    }

    @Test
    void helpShowsAllOptionsAndTheParametersOfTheLayers() throws Exception {
        assertEquals(0, run("--help", "memory", "--filter=cow"));
        String help = launcher.out.get(0);
        for (Option option : Option.values()) {
            assertTrue(help.contains(String.join(", ", option.names())), option + " is missing");
        }
        assertTrue(help.contains("\n  [size=]SIZE                     (required) what size is"), help);
        assertTrue(help.contains("\n  cow-block-size=SIZE             what cow-block-size is"), help);
    }

    @Test
    void theConfigurationOfTheBuildHasNbdkitsKeys() throws Exception {
        assertEquals(0, run("--dump-config"));
        String dump = launcher.out.get(0);
        for (String line : new String[] {"name=sluice", "version=0.1.0", "version_major=0", "version_minor=1", "run_default_socket=Unix",
            "plugindir=" + directory.resolve("plugins"), "vsock_option=no", "selinux=no"}) {
            assertTrue(dump.lines().anyMatch(line::equals), line + " is missing in " + dump);
        }
    }

    @Test
    void optionNamesArePrintedOnePerLine() throws Exception {
        run("--short-options");
        assertTrue(launcher.out.get(0).lines().allMatch(line -> line.matches("-\\w")), launcher.out.toString());
        run("--long-options");
        assertTrue(launcher.out.get(0).lines().allMatch(line -> line.matches("--[\\w-]+")), launcher.out.toString());
    }
}
