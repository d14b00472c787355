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
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @TempDir
    private Path directory;
    private final FakeRuntime runtime = new FakeRuntime();
    private final FakeConfigurationAdmin admin = new FakeConfigurationAdmin(runtime);
    private final FakeSystemCalls calls = new FakeSystemCalls();
    private Set<String> features = Set.of("inherited", "keepalive", "paused");
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
        return new CommandLine(launcher, runtime, admin.service(), features, calls, directory.resolve("no proc"), "0").call();
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
        assertEquals(List.of("sluice: error: cannot open plugin \"nosuch\": there is no such plugin; there are: memory",
                "Use 'sluice --help' or read docs/command-line.md for documentation."), launcher.err);
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

    private FakeLauncher nbdkit(String... argv) {
        FakeLauncher made = new FakeLauncher(directory, argv);
        made.program = "nbdkit";
        return made;
    }

    @Test
    void calledNbdkitItListensOnAllAddresses() throws Exception {
        assertEquals(0, run(nbdkit("memory", "1G")));
        assertEquals(List.of("tcp::10809"), admin.made.stream().skip(1).map(made -> made.get("address")).toList());
        run(nbdkit("memory", "1G", "-4", "-p", "1"));
        assertEquals("tcp:0.0.0.0:1", admin.made.get(3).get("address"));
    }

    @Test
    void calledNbdkitItSaysSo() throws Exception {
        run(nbdkit("-V"));
        assertEquals(List.of("nbdkit 1.45.1 (sluice-0.1.0)"), launcher.out);
        run(nbdkit("--dump-config"));
        for (String line : List.of("name=nbdkit", "version=1.45.1", "version_major=1", "version_minor=45", "version_extra=sluice-0.1.0",
                "sluice_version=0.1.0", "binary=" + directory.resolve("bin/nbdkit"), "tls=yes", "exit_with_parent=yes")) {
            assertTrue(launcher.out.get(0).lines().anyMatch(line::equals), line + " is missing in " + launcher.out);
        }
        assertEquals(1, run(nbdkit("--foo")));
        assertEquals(List.of("nbdkit: unrecognized option '--foo'"), launcher.err);
        run(nbdkit());
        assertEquals(List.of("nbdkit: no plugins given on the command line.",
                "Use 'nbdkit --help' or read docs/command-line.md for documentation."), launcher.err);
    }

    @Test
    void thePluginThatTheDumpNeedsIsAskedFor() throws Exception {
        assertEquals(1, run("--dump-plugin"));
        assertTrue(launcher.err.get(0).startsWith("sluice: use 'sluice plugin --dump-plugin' or\n"), launcher.err.toString());
    }

    @Test
    void theDumpOfAPluginLooksAtItsParameters() throws Exception {
        assertEquals(0, run("--dump-plugin", "memory", "--filter=cow", "cow-block-size=64k", "1G"));
        assertTrue(launcher.out.get(0).startsWith("path=file:/memory.jar\nname=memory\nversion=1.2.3\napi_version="),
                launcher.out.toString());
        assertTrue(launcher.out.get(0).contains("\nmagic_config_key=size\n"), launcher.out.toString());
        assertTrue(launcher.out.get(0).contains("\ncow_path=file:/cow.jar\ncow_name=cow\n"), launcher.out.toString());
        assertEquals(1, run("--dump-plugin", "memory", "zz=1"));
        assertEquals(List.of("sluice: error: unknown parameter 'zz'"), launcher.err);
    }

    @Test
    void aConfigurationIsDumpedEvenIfTheRestIsWrong() throws Exception {
        assertEquals(0, run("--dump-config", "--foo"));
        assertEquals(1, run("--foo", "--dump-config"));
    }

    @Test
    void debugFlagsThatNobodyHasAreOnlyWarnedOf() throws Exception {
        assertEquals(0, run("memory", "1G", "-D", "memory.x=1", "-D", "zz.x=1", "-D", "nbdkit.foo=1", "-D", "nbdkit.backend.datapath=0"));
        assertEquals(List.of("sluice: warning: -D memory.x: memory has no debug flag x", "sluice: warning: debug flag -D zz.x was not used",
                "sluice: warning: -D nbdkit.foo: the server has no such flag"), launcher.err);
    }

    @Test
    void aVerboseServerSaysHowItServes() throws Exception {
        run("memory", "1G", "--filter=cow", "-v", "-D", "nbdkit.environ=1");
        assertTrue(launcher.err.get(0).equals("sluice: debug: sluice 0.1.0"), launcher.err.toString());
        assertTrue(launcher.err.contains("sluice: debug: request processing: cow (filter, first) -> memory (plugin, last)"));
        assertTrue(launcher.err.stream().anyMatch(line -> line.startsWith("sluice: debug: environ: PATH=")));
    }

    @Test
    void theUserIsTakenWhenSocketsAreBoundAndBeforeClientsAreServed() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-4", "-u", "nobody", "-g", "nobody", "--swap");
        with.whenReady = () -> {
            calls.calls.add("ready");
            with.stop();
        };
        assertEquals(0, run(with));
        assertEquals(List.of("mlockall", "chown 99", "setgid 98", "setuid 99", "ready"), calls.calls);
        assertFalse(runtime.listeners.isEmpty());
        assertEquals(null, admin.made.get(admin.made.size() - 1).get("paused"));
        assertEquals(3, admin.made.size(), "an export, a listener, and the listener that goes on");
    }

    @Test
    void aFileThatGoesMeanwhileIsNotMissed() throws Exception {
        calls.fleeting = Files.writeString(directory.resolve("stored"), "");
        run("memory", "1G", "-u", "nobody");
        assertEquals(List.of("chown 99", "setuid 99"), calls.calls);
    }

    @Test
    void aNumberIsAUserToo() throws Exception {
        run("memory", "1G", "-u", "12", "-g", "34");
        assertEquals(List.of("chown 12", "setgid 34", "setuid 12"), calls.calls);
    }

    @Test
    void unknownUsersAndGroupsAreNamed() throws Exception {
        assertEquals(1, run("memory", "1G", "-u", "nosuch"));
        assertEquals(List.of("sluice: -u option: nosuch is not a valid user name or uid"), launcher.err);
        assertEquals(1, run("memory", "1G", "-g", ""));
        assertEquals(List.of("sluice: -g option:  is not a valid group name or gid"), launcher.err);
    }

    @Test
    void aUserThatTheSystemRefusesEndsTheStart() throws Exception {
        calls.failing = "setuid";
        assertEquals(1, run("memory", "1G", "-u", "nobody", "--run", "exec sleep 100"));
        assertEquals(List.of("sluice: error: setuid: Operation not permitted"), launcher.err);
        assertNull(launcher.ready);
    }

    @Test
    void memoryThatCantBeLockedEndsTheStart() throws Exception {
        calls.failing = "mlockall";
        assertEquals(1, run("memory", "1G", "--swap"));
        assertEquals(List.of("sluice: --swap: mlockall: Operation not permitted"), launcher.err);
    }

    @Test
    void errorsGoWhereTheLogOptionSays() throws Exception {
        assertEquals(1, run("nosuch", "--log=null"));
        assertEquals(List.of("Use 'sluice --help' or read docs/command-line.md for documentation."), launcher.err);
        Path file = directory.resolve("log");
        run("nosuch", "--log=" + file);
        run("nosuch", "--log=" + file);
        assertEquals(2, Files.readAllLines(file).stream().filter(line -> line.startsWith("sluice: error: cannot open plugin")).count());
        run("nosuch", "--log=syslog");
        assertTrue(calls.calls.get(0).startsWith("syslog sluice: error: cannot open plugin"), calls.calls.toString());
        assertEquals(1, run("memory", "--log=stdout"));
        assertEquals(List.of("sluice: --log must be \"stderr\", \"syslog\", \"null\", \"default\" or an absolute path"), launcher.err);
    }

    @Test
    void inTheBackgroundTheSystemsLogTakesErrors() throws Exception {
        assertEquals(0, run("memory", "1G"));
        launcher.sink.accept("sluice: error: late");
        assertEquals(List.of("syslog sluice: error: late"), calls.calls);
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-f");
        with.background = false;
        run(with);
        assertNull(launcher.sink);
    }

    @Test
    void theServerEndsWithItsParent() throws Exception {
        Process parent = new ProcessBuilder("sleep", "100").start();
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "--exit-with-parent");
        with.parent = parent.pid();
        with.whenReady = parent::destroy;
        assertEquals(0, run(with));
        assertEquals(true, launcher.ready);
    }

    @Test
    void aParentThatIsGoneAlreadyEndsTheServerToo() throws Exception {
        Process parent = new ProcessBuilder("true").start();
        parent.waitFor();
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "--exit-with-parent");
        with.parent = parent.pid();
        with.whenReady = () -> { };
        assertEquals(0, run(with));
    }

    @Test
    void aSocketThatTheProcessWasStartedWithIsTheListener() throws Exception {
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G", "-P", "p");
        with.activated = true;
        assertEquals(0, run(with));
        assertEquals("inherited:", admin.made.get(1).get("address"));
        assertEquals(List.of("dup 1", "dup 2", "dup2 11 1", "dup2 12 2"), calls.calls);
    }

    @Test
    void whatListenersOfThisCoreCantDoIsRefusedAndNotPassedOver() throws Exception {
        features = Set.of();
        assertEquals(1, run("memory", "1G", "--keepalive"));
        assertEquals(List.of("sluice: error: --keepalive: this build can't set it"), launcher.err);
        FakeLauncher with = new FakeLauncher(directory, "memory", "1G");
        with.activated = true;
        assertEquals(1, run(with));
        assertEquals(List.of("sluice: error: socket activation: this build can't take a socket"), launcher.err);
    }

    @Test
    void whatListenersCanDoIsAskedOfThem() throws Exception {
        features = Set.of("keepalive", "tls");
        Path keys = Files.writeString(directory.resolve("keys"), "");
        run("memory", "1G", "-4", "--keepalive", "--tls=require", "--tls-psk=keys", "--print-uri");
        assertEquals(Map.of("name", "tcp-1", "address", "tcp:127.0.0.1:10809", "style", "newstyle", "keepalive", true, "tls", "require",
                "tls-psk", keys.toString()), admin.made.get(1));
        assertTrue(launcher.out.get(0).startsWith("nbds://localhost:10809?tls-psk-file=" + keys + "\n"), launcher.out.toString());
        assertEquals(List.of("psk"), launcher.parts);
    }

    @Test
    void whatSharedKeysTakeIsNotStartedWithoutThem() throws Exception {
        assertEquals(0, run("memory", "1G"));
        assertEquals(List.of(), launcher.parts);
    }

    @Test
    void aPluginCanBeAFile() throws Exception {
        Files.write(directory.resolve("p.jar"), new byte[] {'P', 'K', 3, 4});
        FakeLauncher with = new FakeLauncher(directory, "./p.jar", "--version");
        with.bundles = jar -> {
            String name = "dev.sluice.plugin.mine";
            runtime.kinds.add(new dev.sluice.api.runtime.KindStatus("mine", false, "3", name, "file:" + jar, "", false, false, List.of()));
            return "file:" + jar;
        };
        assertEquals(0, run(with));
        assertEquals(List.of("sluice 0.1.0\nmine 3"), launcher.out);
    }

    @Test
    void aFileThatIsNoPluginIsRefusedWithItsName() throws Exception {
        Files.write(directory.resolve("empty.jar"), new byte[] {'P', 'K', 3, 4});
        Files.writeString(directory.resolve("x.so"), "ELF");
        Files.writeString(directory.resolve("x.sh"), "#!/bin/sh\n");
        for (String[] each : new String[][] {{"./none", "No such file or directory"}, {"./x.so", "it is no bundle (.jar); libraries that "
                + "were built for nbdkit can't be loaded"}, {"./x.sh", "it is a script; name the plugin that runs it, as in: sh ./x.sh"},
            {"./empty.jar", "the bundle has no plugin, or one that is there in a higher version"}}) {
            assertEquals(1, run(each[0]));
            assertEquals(List.of("sluice: error: cannot open plugin \"" + each[0] + "\": " + each[1]), launcher.err);
        }
    }

    @Test
    void theManualPageHasEveryOption() throws Exception {
        assertEquals(0, run("--dump-man"));
        String page = launcher.out.get(0);
        assertTrue(page.startsWith(".TH SLUICE 1 "), page);
        for (Option option : Option.values()) {
            for (String name : option.names()) {
                assertTrue(page.contains("\\fB" + name.replace("-", "\\-") + "\\fR"), name + " is missing");
            }
        }
        assertTrue(page.lines().noneMatch(line -> line.startsWith("'") || line.isEmpty()), page);
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
