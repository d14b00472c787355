package dev.sluice.plugin.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Peer;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each part of the protocol: statuses, errors, flags, lists, extents, capabilities, the environment. */
class EvalCallsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path directory;
    private LayerHarness harness;

    private LayerHarness start(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of("get_size=echo 1M", "pread=head -c $3 /dev/zero"));
        all.addAll(List.of(words));
        harness = LayerHarness.plugin(EvalPlugin::new, "eval", all, directory);
        return harness.start();
    }

    private Connection connect(String... words) throws Exception {
        return start(words).connect();
    }

    private String refused(String... words) {
        String text = assertThrows(ConfigException.class, () -> start(words)).getMessage();
        harness = null;
        return text;
    }

    @AfterEach
    void end() throws IOException {
        if (harness != null) {
            harness.close();
        }
    }

    private static NbdException readFails(Connection c) {
        return assertThrows(NbdException.class, () -> c.read(0, 10));
    }

    @Test
    void theFirstWordOfStandardErrorIsTheErrorInAnyCase() throws Exception {
        NbdException e = readFails(connect("pread=echo 'enospc: the rest' >&2; echo more >&2; exit 1"));
        assertEquals(NbdError.EIO, e.error(), "a colon is part of the word");
        NbdException f = readFails(harness.swap(List.of("get_size=echo 1M",
                "pread=echo 'eNoSpc  the rest' >&2; echo more >&2; exit 1")).get(0));
        assertEquals(NbdError.ENOSPC, f.error());
        assertEquals("pread: the rest", f.getMessage());
    }

    @Test
    void aWordThatOnlyBeginsLikeAnErrorIsText() throws Exception {
        NbdException e = readFails(connect("pread=echo EINVALID argument >&2; exit 1"));
        assertEquals(NbdError.EIO, e.error());
        assertEquals("pread: EINVALID argument", e.getMessage());
    }

    @Test
    void aFailureWithoutTextSaysSo() throws Exception {
        NbdException e = readFails(connect("pread=exit 100"));
        assertEquals("pread: it ended with status 100 and wrote no message to standard error", e.getMessage());
    }

    @Test
    void standardErrorOfACallThatWorksIsIgnored() throws Exception {
        Connection c = connect("pread=echo EIO >&2; head -c $3 /dev/zero");
        assertArrayEquals(new byte[10], c.read(0, 10));
    }

    @Test
    void tooFewAndTooManyBytesAreErrors() throws Exception {
        assertEquals("pread: it wrote 6 bytes where 10 were asked for", readFails(connect("pread=echo hello")).getMessage());
        Connection many = harness.swap(List.of("get_size=echo 1M", "pread=head -c 11 /dev/zero")).get(0);
        assertEquals("pread: it wrote 11 bytes where 10 were asked for", readFails(many).getMessage());
    }

    @Test
    void aReadThatNeverEndsIsStopped() throws Exception {
        NbdException e = assertTimeoutPreemptively(LONG, () -> readFails(connect("pread=cat /dev/zero")));
        assertTrue(e.getMessage().contains("more to standard output"), e.getMessage());
    }

    @Test
    void manyBytesOnStandardErrorDoNotBlock() throws Exception {
        Connection c = connect("pread=head -c 1000000 /dev/zero >&2; head -c $3 /dev/zero");
        assertArrayEquals(new byte[10], assertTimeoutPreemptively(LONG, () -> c.read(0, 10)));
    }

    @Test
    void aLargeReadPassesThroughUnchanged() throws Exception {
        Files.write(directory.resolve("disk"), new byte[3 << 20]);
        byte[] bytes = new byte[1 << 20];
        new Random(7).nextBytes(bytes);
        Files.write(directory.resolve("disk"), bytes);
        assertArrayEquals(bytes, connect("pread=cat disk").read(0, 1 << 20));
    }

    @Test
    void theDataOfAWriteNeedNotBeRead() throws Exception {
        connect("pwrite=exit 0").write(0, new byte[1 << 20], Flags.NONE);
    }

    @Test
    void flagsAreWords() throws Exception {
        Connection c = connect("pwrite=echo w $@ >> log", "zero=echo z $@ >> log", "trim=echo t $@ >> log", "can_fua=echo native",
                "can_fast_zero=exit 0", "open=echo h");
        c.write(5, new byte[3], Flags.of(Flags.FUA));
        c.device().zero(5, 3, Flags.of(Flags.FUA | Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().trim(5, 3, Flags.NONE);
        assertEquals("w pwrite h 3 5 fua\nz zero h 3 5 fua,may_trim,fast\nt trim h 3 5\n", Files.readString(directory.resolve("log")));
    }

    @Test
    void capabilitiesFollowFromTheScriptsThatAreThere() throws Exception {
        DeviceInfo info = connect("pwrite=exit 0", "flush=exit 0", "trim=exit 0", "zero=exit 0", "cache=exit 0", "extents=exit 0").info();
        assertEquals(DeviceInfo.writable(1 << 20).flush(true).trim(true).zero(Support.NATIVE).cache(Support.NATIVE).extents(true)
                .fua(Support.EMULATE).build(), info);
    }

    @Test
    void capabilitiesThatAreDeniedAreNotThere() throws Exception {
        DeviceInfo info = connect("pwrite=exit 0", "flush=exit 0", "can_flush=exit 3",
                "trim=exit 0", "can_trim=exit 2", "is_rotational=exit 0").info();
        assertEquals(DeviceInfo.writable(1 << 20).rotational(true).build(), info);
    }

    @Test
    void withoutScriptsForThemTheDiskIsReadOnly() throws Exception {
        assertEquals(DeviceInfo.readOnly(1 << 20).build(), connect().info());
    }

    @Test
    void blockSizesAreTold() throws Exception {
        assertEquals(new BlockSizes(512, 4096, 1 << 20), connect("block_size=echo 512 4k 1M").info().blockSizes());
    }

    @Test
    void answersThatCanNotBeUnderstoodAreNamed() throws Exception {
        start("can_fua=echo perhaps", "pwrite=exit 0");
        assertEquals("can_fua answered 'perhaps': none, emulate or native is expected",
                assertThrows(NbdException.class, () -> harness.connect()).getMessage());
        assertTrue(refused("thread_model=echo many").startsWith("thread_model answered 'many': serialize_connections"));
    }

    @Test
    void aSizeThatIsNoneIsNamed() throws Exception {
        start("get_size=echo big");
        String text = assertThrows(NbdException.class, () -> harness.connect()).getMessage();
        assertTrue(text.startsWith("get_size answered 'big': a size is"), text);
    }

    @Test
    void requiredMethodsAreNamed() throws Exception {
        start("get_size=exit 2");
        assertEquals("get_size: this method is required, and the script does not have it",
                assertThrows(NbdException.class, () -> harness.connect()).getMessage());
    }

    @Test
    void falseIsNoAnswerToAnOperation() throws Exception {
        assertEquals("pread: it ended with status 3 (false), which only answers yes or no",
                readFails(connect("pread=exit 3")).getMessage());
    }

    @Test
    void threadModelsAreThoseOfTheServer() throws Exception {
        assertEquals(ThreadModel.SERIALIZE_ALL_REQUESTS, start().layer().threadModel());
        harness.close();
        assertEquals(ThreadModel.PARALLEL, start("thread_model=echo parallel").layer().threadModel());
    }

    @Test
    void theServerCanBeToldToStop() throws Exception {
        Connection c = connect("pread=head -c $3 /dev/zero; exit 4", "flush=echo EPERM no >&2; exit 5");
        assertArrayEquals(new byte[10], c.read(0, 10));
        assertTrue(harness.context().isShutdown());
        assertEquals(NbdError.EPERM, assertThrows(NbdException.class, () -> c.device().flush()).error());
    }

    @Test
    void theClientCanBeDisconnected() throws Exception {
        Connection c = connect("pread=exit 6", "pwrite=exit 7", "flush=echo EPERM no >&2; exit 8");
        c.write(0, new byte[1], Flags.NONE);
        assertEquals(Optional.of(false), c.request().client().disconnected());
        readFails(c);
        assertEquals(Optional.of(true), c.request().client().disconnected());
        assertEquals(NbdError.EPERM, assertThrows(NbdException.class, () -> c.device().flush()).error());
        assertEquals(Optional.of(false), c.request().client().disconnected());
    }

    @Test
    void listsOfExportsComeInThreeLayouts() throws Exception {
        TestClient client = new TestClient(1);
        List<ExportInfo> plain = List.of(new ExportInfo("a", ""), new ExportInfo("b", ""));
        List<ExportInfo> described = List.of(new ExportInfo("a", "x"), new ExportInfo("b", "y"));
        NbdPlugin plugin = (NbdPlugin) start("list_exports=cat list").layer();
        for (String text : List.of("a\nb\n", "NAMES\na\nb")) {
            Files.writeString(directory.resolve("list"), text);
            assertEquals(plain, plugin.exports(client));
        }
        for (String text : List.of("INTERLEAVED\na\nx\nb\ny\n", "NAMES+DESCRIPTIONS\na\nb\nx\ny\n")) {
            Files.writeString(directory.resolve("list"), text);
            assertEquals(described, plugin.exports(client));
        }
        Files.writeString(directory.resolve("list"), "INTERLEAVED\na\n");
        assertThrows(NbdException.class, () -> plugin.exports(client));
        Files.writeString(directory.resolve("list"), "");
        assertEquals(List.of(), plugin.exports(client));
    }

    @Test
    void theDefaultExportHasAName() throws Exception {
        assertEquals("main", ((NbdPlugin) start("default_export=echo main").layer()).defaultExport(new TestClient(1)));
    }

    @Test
    void aClientCanBeRefused() throws Exception {
        NbdPlugin plugin = (NbdPlugin) start("preconnect=test $2 = false || { echo only writers >&2; exit 1; }").layer();
        plugin.preconnect(new TestClient(1));
        TestClient reader = new TestClient(2, Peer.LOCAL, false, true);
        assertEquals("preconnect: only writers", assertThrows(NbdException.class, () -> plugin.preconnect(reader)).getMessage());
    }

    @Test
    void extentsAreOffsetLengthAndType() throws Exception {
        Connection c = connect("extents=printf '# c\\n\\n0 64k hole,zero\\n65536 1k\\n66560 1M 2\\n'");
        assertEquals(List.of(new RecordingSink.Extent(0, 65536, 3), new RecordingSink.Extent(65536, 1024, 0),
                new RecordingSink.Extent(66560, (1 << 20) - 66560, 2)), c.status(0, 1 << 20, Flags.NONE));
    }

    @Test
    void extentsThatCanNotBeUnderstoodAreAnError() throws Exception {
        Connection c = connect("extents=echo 0 1M gap");
        NbdException e = assertThrows(NbdException.class, () -> c.status(0, 100, Flags.NONE));
        assertEquals(NbdError.EIO, e.error());
        assertTrue(e.getMessage().startsWith("extents answered '0 1M gap': a type is"), e.getMessage());
    }

    @Test
    void otherKeysGoToConfig() throws Exception {
        start("config=echo $2=$3 >> words", "colour=blue", "size=");
        assertEquals("colour=blue\nsize=\n", Files.readString(directory.resolve("words")));
    }

    @Test
    void otherKeysWithoutConfigAreRefused() {
        assertEquals("unknown parameter 'colour', and there is no config= script to handle it", refused("colour=blue"));
    }

    @Test
    void whatIsMissingCanHaveAScript() throws Exception {
        Connection c = connect("missing=echo $1 >> log; exit 2", "pwrite=exit 0");
        c.disconnect();
        List<String> log = Files.readAllLines(directory.resolve("log"));
        assertTrue(log.containsAll(List.of("config_complete", "thread_model", "get_ready", "open", "can_flush", "close")), log.toString());
        assertFalse(log.contains("can_write"), log.toString());
    }

    @Test
    void aScriptMayNameItsLanguage() throws Exception {
        byte[] read = connect("pread=#!/usr/bin/env -S awk -f\nBEGIN { printf \"abc\" }").read(0, 3);
        assertEquals("abc", new String(read, StandardCharsets.UTF_8));
    }

    @Test
    void anInterpreterThatIsNotThereIsNamed() throws Exception {
        NbdException e = readFails(connect("pread=#!/no/such/shell\n"));
        assertEquals("pread can't be run: No such file or directory", e.getMessage());
    }

    @Test
    void scriptsRunWhereTheOperatorStands() throws Exception {
        Connection c = connect("pread=printf '%s' \"$PWD\" > where; pwd >> where; head -c $3 /dev/zero");
        c.read(0, 1);
        assertEquals(directory.toString() + directory.toRealPath() + "\n", Files.readString(directory.resolve("where")));
    }

    @Test
    void aDirectoryThatIsNoneIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        LayerHarness harness = LayerHarness.plugin(EvalPlugin::new, "eval", List.of("get_size=echo 1"), file);
        assertEquals("scripts can't run in " + file + ", where relative file names of this export start: it is no directory",
                assertThrows(ConfigException.class, harness::start).getMessage());
    }

    @Test
    void nothingLeaksIntoAScript() throws Exception {
        Connection c = connect("pread=ls -l /proc/self/fd > fds; head -c $3 /dev/zero");
        c.read(0, 1);
        // ls itself opens the directory
        List<String> fds = Files.readAllLines(directory.resolve("fds"));
        assertEquals(1 + 4, fds.size(), fds.toString());
    }

    @Test
    void aHangingCallIsKilledWhenTheDeviceMustClose() throws Exception {
        Connection c = connect("pread=echo $$ > pid; sleep 1000; true");
        CountDownLatch ended = new CountDownLatch(1);
        NbdException[] failure = new NbdException[1];
        Thread reader = new Thread(() -> {
            failure[0] = readFails(c);
            ended.countDown();
        });
        reader.start();
        assertTimeoutPreemptively(LONG, () -> {
            while (!Files.exists(directory.resolve("pid")) || Files.size(directory.resolve("pid")) == 0) {
                Thread.onSpinWait();
            }
            ProcessHandle shell = ProcessHandle.of(Long.parseLong(Files.readString(directory.resolve("pid")).strip())).orElseThrow();
            while (shell.children().findAny().isEmpty()) {
                Thread.onSpinWait();
            }
            ProcessHandle sleep = shell.children().findAny().orElseThrow();
            c.request().cancellation().cancel("the test is over");
            ended.await();
            sleep.onExit().get();
        });
        assertEquals(NbdError.ESHUTDOWN, failure[0].error());
        assertEquals("pread: the test is over", failure[0].getMessage());
    }

    @Test
    void somethingLeftInTheBackgroundDoesNotHoldACallUp() throws Exception {
        Connection c = connect("pread=sleep 1000 & echo $! > pid; head -c $3 /dev/zero");
        assertTimeoutPreemptively(LONG, () -> assertArrayEquals(new byte[10], c.read(0, 10)));
        ProcessHandle.of(Long.parseLong(Files.readString(directory.resolve("pid")).strip())).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void closeAndUnloadAreCalledAtTheEnd() throws Exception {
        connect("open=echo h$2", "close=echo $@ >> log", "unload=echo $@ $(ls -d $tmpdir) >> log").disconnect();
        harness.close();
        harness = null;
        List<String> log = Files.readAllLines(directory.resolve("log"));
        assertEquals("close hfalse", log.get(0));
        assertTrue(log.get(1).startsWith("unload /"), log.toString());
        assertFalse(Files.exists(Path.of(log.get(1).substring("unload ".length()))));
    }

    @Test
    void anExportNameIsOneArgumentThatNoShellReads() throws Exception {
        LayerHarness h = start("open=printf %s \"$3\" > seen");
        for (String name : List.of("$(touch PWNED)", "`touch PWNED`", "; touch PWNED", "\n touch PWNED\n", "../../etc/passwd", "-rf",
                "a\tb")) {
            h.connect(new TestOpenRequest(h.context(), name, false, new TestClient(1))).disconnect();
            assertEquals(name, Files.readString(directory.resolve("seen")));
            assertFalse(Files.exists(directory.resolve("PWNED")));
        }
    }
}
