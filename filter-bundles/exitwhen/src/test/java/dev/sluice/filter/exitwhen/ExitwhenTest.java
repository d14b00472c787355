package dev.sluice.filter.exitwhen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitwhenTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private final ModelDevice model = ModelDevice.of(new byte[512]);
    private LayerHarness harness;
    private int elsewhere;
    @TempDir
    private Path directory;

    private LayerHarness start(String... words) throws Exception {
        harness = LayerHarness.filter(() -> new ExitwhenFilter(export -> elsewhere), "exitwhen", List.of(words), directory, model).start();
        return harness;
    }

    private boolean stops() throws Exception {
        harness.context().tasks().runDue();
        return harness.context().isShutdown();
    }

    private boolean stopsLater(int seconds) throws Exception {
        harness.context().clock().advance(Duration.ofSeconds(seconds));
        return stops();
    }

    private void create() throws IOException {
        Files.createFile(directory.resolve("f"));
    }

    @Test
    void withoutAnEventNothingHappens() throws Exception {
        start().connect().disconnect();
        assertFalse(stopsLater(1000));
        assertEquals(0, harness.context().tasks().waiting());
    }

    @Test
    void anEventThatIsTrueAtTheStartStopsTheServerAtOnce() throws Exception {
        create();
        start("exit-when-file-created=f");
        assertTrue(stops());
    }

    @Test
    void anIdleServerLooksEveryMinute() throws Exception {
        start("exit-when-file-created=f");
        assertFalse(stops());
        create();
        assertFalse(stopsLater(59));
        assertTrue(stopsLater(1));
    }

    @Test
    void anIdleServerLooksAsOftenAsSaid() throws Exception {
        start("exit-when-file-created=f", "exit-when-poll=5");
        assertFalse(stops());
        create();
        assertTrue(stopsLater(5));
    }

    @Test
    void aServerWithClientsStopsWhenTheLastOneHasLeft() throws Exception {
        Connection first = start("exit-when-file-created=f").connect();
        Connection second = harness.connect();
        create();
        assertFalse(stopsLater(1000));
        first.disconnect();
        assertFalse(stops());
        second.read(0, 1);
        second.disconnect();
        assertTrue(stops());
    }

    @Test
    void noNewClientIsLetInAfterTheEvent() throws Exception {
        start("exit-when-file-created=f").connect();
        harness.layer().preconnect(new TestClient(2));
        create();
        NbdException e = assertThrows(NbdException.class, () -> harness.layer().preconnect(new TestClient(3)));
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals("the server is about to stop, because file " + directory.resolve("f") + " exists", e.getMessage());
    }

    @Test
    void anEventThatWasSeenCannotBeTakenBack() throws Exception {
        Connection c = start("exit-when-file-created=f").connect();
        create();
        assertThrows(NbdException.class, () -> harness.layer().preconnect(new TestClient(3)));
        Files.delete(directory.resolve("f"));
        c.disconnect();
        assertTrue(stops());
    }

    @Test
    void aFileThatIsDeletedStopsTheServer() throws Exception {
        create();
        start("exit-when-file-deleted=f");
        assertFalse(stops());
        Files.delete(directory.resolve("f"));
        assertTrue(stopsLater(60));
    }

    @Test
    void anyOfSeveralEventsIsEnough() throws Exception {
        create();
        start("exit-when-file-created=a", "exit-when-file-created=b", "exit-when-file-deleted=f");
        assertFalse(stops());
        Files.createFile(directory.resolve("b"));
        assertTrue(stopsLater(60));
    }

    @Test
    void aProcessThatEndsStopsTheServer() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            start("exit-when-process-exits=" + process.pid());
            assertFalse(stops());
        } finally {
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(stopsLater(60));
    }

    @Test
    void aProcessThatIsNotThereIsRefused() throws Exception {
        Process process = new ProcessBuilder("true").start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        var e = assertThrows(ConfigException.class, () -> start("exit-when-process-exits=" + process.pid()));
        assertEquals("exitwhen: exit-when-process-exits=" + process.pid() + ": there is no such process", e.getMessage());
        var zero = assertThrows(ConfigException.class, () -> start("exit-when-pid-exits=0"));
        assertEquals("exitwhen: exit-when-process-exits=0: the number of a process is at least 1", zero.getMessage());
    }

    @Test
    void aScriptThatEndsWith88StopsTheServer() throws Exception {
        start("exit-when-script=[ ! -e '" + directory + "/f' ] || exit 88");
        assertFalse(stops());
        create();
        assertTrue(stopsLater(60));
    }

    @Test
    void aScriptThatFailsStopsNothing() throws Exception {
        start("exit-when-script=exit 3");
        assertFalse(stops());
        start("exit-when-script=exit 89");
        assertFalse(stops());
        start("exit-when-script=kill -9 $$");
        assertFalse(stops());
    }

    @Test
    void aScriptIsKilledWhenTheLayerMustStop() throws Exception {
        start("exit-when-script=exec sleep 1000");
        harness.context().cancellation().cancel("the export ends");
        assertFalse(stops());
    }

    @Test
    void aPipeThatIsClosedStopsTheServer() throws Exception {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "no /proc");
        Set<String> before = new HashSet<>(pipes().values());
        Pipe pipe = Pipe.open();
        try {
            // by the pipes, because a descriptor may be that of one that was just closed
            Map<String, String> now = pipes();
            now.values().removeAll(before);
            Set<String> ends = now.keySet();
            assertEquals(2, ends.size(), "ends of a new pipe");
            // the end that may be written tells itself by its flags
            String read = ends.stream().filter(ExitwhenTest::isReadEnd).findFirst().orElseThrow();
            start("exit-when-pipe-closed=" + read);
            assertFalse(stops());
            pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            assertFalse(stopsLater(60), "bytes in the pipe are no end of it");
            pipe.sink().close();
            assertTrue(stopsLater(60));
            ByteBuffer one = ByteBuffer.allocate(2);
            assertEquals(1, pipe.source().read(one), "nothing was read from the pipe");
        } finally {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    /** Descriptors of this process, and the pipe of each that is one. */
    private static Map<String, String> pipes() throws IOException {
        Map<String, String> found = targets();
        found.values().removeIf(t -> !t.startsWith("pipe:"));
        return found;
    }

    private static Map<String, String> targets() throws IOException {
        Map<String, String> found = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path p : all) {
                try {
                    found.put(p.getFileName().toString(), Files.readSymbolicLink(p).toString());
                } catch (NoSuchFileException e) {
                    // closed meanwhile, as those of a process that has ended
                    continue;
                }
            }
        }
        return found;
    }

    private static boolean isReadEnd(String descriptor) {
        try {
            return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).stream()
                    .filter(l -> l.startsWith("flags:")).allMatch(l -> (Integer.parseInt(l.substring(6).strip(), 8) & 3) == 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDescriptorThatIsNoPipeIsRefused() throws Exception {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "no /proc");
        var e = assertThrows(ConfigException.class, () -> start("exit-when-pipe-closed=99999"));
        assertEquals("exitwhen: exit-when-pipe-closed=99999: there is no such open descriptor", e.getMessage());
        e = assertThrows(ConfigException.class, () -> start("exit-when-fd-closed=1"));
        assertEquals("exitwhen: exit-when-pipe-closed=1: 0, 1 and 2 belong to the server: pass the pipe in another descriptor",
                e.getMessage());
        create();
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("f").toFile(), "r")) {
            assertEquals(0, file.length());
            String target = directory.toRealPath().resolve("f").toString();
            String descriptor = targets().entrySet().stream().filter(t -> t.getValue().equals(target)).findFirst().orElseThrow().getKey();
            e = assertThrows(ConfigException.class, () -> start("exit-when-pipe-closed=" + descriptor));
            assertEquals("exitwhen: exit-when-pipe-closed=" + descriptor + ": must be the read end of a pipe, not "
                    + directory.toRealPath().resolve("f"), e.getMessage());
        }
    }

    @Test
    void aPollOfZeroIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("exit-when-poll=0"));
        assertEquals("exitwhen: exit-when-poll=0: must be more than 0", e.getMessage());
    }

    @Test
    void aSwapIsNoDeparture() throws Exception {
        start("exit-when-file-created=f").connect();
        create();
        elsewhere = 1;
        Connection c = harness.swap().get(0);
        assertFalse(stopsLater(60));
        c = harness.rollBackLate().get(0);
        harness.rollBack();
        assertFalse(stopsLater(60));
        elsewhere = 0;
        c.disconnect();
        assertTrue(stops());
    }

    @Test
    void aLayerThatIsPutInUnderClientsDoesNotStopTheServerUnderThem() throws Exception {
        create();
        elsewhere = 1;
        start("exit-when-file-created=f");
        assertFalse(stopsLater(60));
        elsewhere = 0;
        assertTrue(stopsLater(60));
    }

    @Test
    void anEventThatWasSeenIsKnownToTheSuccessor() throws Exception {
        start("exit-when-file-created=f").connect();
        create();
        assertThrows(NbdException.class, () -> harness.layer().preconnect(new TestClient(3)));
        Files.delete(directory.resolve("f"));
        harness.swap();
        assertThrows(NbdException.class, () -> harness.layer().preconnect(new TestClient(4)));
    }

    @Test
    void clientsThatAreSentAwayBecauseTheExportEndsStopNothing() throws Exception {
        Connection c = start("exit-when-file-created=f").connect();
        harness.context().tasks().runDue();
        create();
        harness.context().cancellation().cancel("the export is stopped");
        c.disconnect();
        assertFalse(stops());
    }
}
