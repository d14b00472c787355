package dev.sluice.plugin.ondemand;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OndemandPluginTest extends PluginContract {
    private static final int SIZE = 1 << 20;
    private static final String EMPTY_DISK = "command=truncate -s $size \"$disk\"";

    @BeforeEach
    void directory() throws IOException {
        Files.createDirectory(directory.resolve("disks"));
    }

    @Override
    protected NbdPlugin newKind() {
        return new OndemandPlugin();
    }

    @Override
    protected String kindName() {
        return "ondemand";
    }

    /** Shared, because the contract's clients all ask for the same disk; one at a time is tested below. */
    @Override
    protected List<String> words() {
        return List.of("dir=disks", Integer.toString(SIZE), EMPTY_DISK, "share=true");
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[SIZE];
    }

    private LayerHarness alone(String... more) throws Exception {
        return start(Stream.concat(Stream.of("dir=disks", Integer.toString(SIZE), EMPTY_DISK), Stream.of(more)).toList());
    }

    private static Connection connect(LayerHarness h, String name, boolean readOnly) throws Exception {
        return h.connect(new TestOpenRequest(h.context(), name, readOnly, new TestClient(1)));
    }

    private static Connection connect(LayerHarness h, String name) throws Exception {
        return connect(h, name, false);
    }

    private static String failure(LayerHarness h, String name) {
        return assertThrows(NbdException.class, () -> connect(h, name)).getMessage();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("disks"))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private String refusal(String... words) {
        return assertThrows(ConfigException.class, () -> start(List.of(words))).getMessage();
    }

    @Test
    void everyNameHasItsOwnDiskThatIsKept() throws Exception {
        LayerHarness h = alone();
        Connection a = connect(h, "a");
        connect(h, "b:c d").write(0, new byte[] {2}, Flags.NONE);
        a.write(0, new byte[] {1}, Flags.NONE);
        a.disconnect();
        assertArrayEquals(new byte[] {1}, connect(h, "a").read(0, 1));
        assertEquals(List.of("a", "b:c d"), files());
    }

    @Test
    void theEmptyNameIsTheDiskDefault() throws Exception {
        LayerHarness h = alone();
        connect(h, "").write(0, new byte[] {7}, Flags.NONE);
        assertEquals(List.of("default"), files());
        assertEquals("default", ((NbdPlugin) h.layer()).defaultExport(new TestClient(1)));
    }

    @Test
    void aDiskThatIsThereKeepsItsSize() throws Exception {
        Files.write(directory.resolve("disks/old"), new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, connect(alone(), "old").readAll());
    }

    @Test
    void namesThatLeadElsewhereAreRefused() throws Exception {
        LayerHarness h = alone();
        for (String wrong : List.of("..", ".", ".hidden", "a/b", "/etc/passwd", "../x", "a\0b", "n".repeat(256), "ü".repeat(128))) {
            assertTrue(failure(h, wrong).contains("can't be used"), wrong);
        }
        assertEquals(List.of(), files());
        connect(h, "n".repeat(255));
        connect(h, "ü".repeat(127));
        connect(h, "-x");
        connect(h, "a\nb");
    }

    @Test
    void aLinkOrAnythingElseThatIsNoFileIsRefused() throws Exception {
        Files.createSymbolicLink(directory.resolve("disks/link"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(directory.resolve("disks/dangling"), directory.resolve("gone"));
        Files.createDirectory(directory.resolve("disks/dir"));
        LayerHarness h = alone();
        for (String name : List.of("link", "dangling", "dir")) {
            assertTrue(failure(h, name).endsWith("is not a regular file"), name);
        }
        assertFalse(Files.exists(directory.resolve("gone")));
    }

    @Test
    void theDisksAreListed() throws Exception {
        LayerHarness h = alone();
        connect(h, "b");
        connect(h, "a");
        Files.write(directory.resolve("disks/.hidden"), new byte[1]);
        Files.createDirectory(directory.resolve("disks/dir"));
        assertEquals(List.of("a", "b"), ((NbdPlugin) h.layer()).exports(new TestClient(1)).stream().map(ExportInfo::name).toList());
    }

    @Test
    void aSecondClientIsRefusedUntilTheFirstHasLeft() throws Exception {
        LayerHarness h = alone();
        Connection first = connect(h, "x");
        NbdException e = assertThrows(NbdException.class, () -> connect(h, "x"));
        assertEquals(NbdError.EPERM, e.error());
        assertEquals("ondemand: the file system 'x' is locked by another client", e.getMessage());
        assertThrows(NbdException.class, () -> connect(h, "x", true));
        connect(h, "y");
        first.disconnect();
        connect(h, "x");
    }

    @Test
    void clientsThatOnlyReadGoTogether() throws Exception {
        LayerHarness h = alone();
        Connection a = connect(h, "x", true);
        Connection b = connect(h, "x", true);
        assertThrows(NbdException.class, () -> connect(h, "x"));
        a.disconnect();
        assertThrows(NbdException.class, () -> connect(h, "x"));
        assertArrayEquals(new byte[3], b.read(0, 3));
        connect(h, "x", true).disconnect();
        b.disconnect();
        connect(h, "x").write(0, new byte[] {1}, Flags.NONE);
    }

    @Test
    void aSecondExportOfTheSameDirectoryIsKeptAway() throws Exception {
        Connection first = connect(alone(), "x");
        LayerHarness other = alone();
        assertTrue(failure(other, "x").contains("is locked by another client"));
        first.disconnect();
        connect(other, "x");
    }

    @Test
    void withWaitASecondClientComesInWhenTheFirstHasLeft() throws Exception {
        LayerHarness h = alone("wait=true");
        Connection first = connect(h, "x");
        TestOpenRequest second = new TestOpenRequest(h.context(), "x", false, new TestClient(2));
        boolean[] slept = {false};
        second.cancellation().inSleep(() -> {
            if (!slept[0]) {
                slept[0] = true;
                disconnect(first);
            }
        });
        h.connect(second);
        assertTrue(slept[0]);
    }

    private static void disconnect(Connection c) {
        try {
            c.disconnect();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClientThatWaitsCanGo() throws Exception {
        LayerHarness h = alone("wait=true");
        connect(h, "x");
        TestOpenRequest second = new TestOpenRequest(h.context(), "x", false, new TestClient(2));
        second.cancellation().inSleep(() -> second.cancellation().cancel("the client has gone"));
        assertEquals(NbdError.ESHUTDOWN, assertThrows(NbdException.class, () -> h.connect(second)).error());
    }

    @Test
    void withShareSeveralClientsWrite() throws Exception {
        LayerHarness h = start();
        Connection a = connect(h, "x");
        Connection b = connect(h, "x");
        assertTrue(a.info().multiConn());
        a.write(0, new byte[] {1}, Flags.NONE);
        assertArrayEquals(new byte[] {1}, b.read(0, 1));
        a.disconnect();
        b.write(1, new byte[] {2}, Flags.NONE);
        assertArrayEquals(new byte[] {1, 2}, connect(h, "x", true).read(0, 2));
    }

    @Test
    void aDiskStaysLockedInAChange() throws Exception {
        LayerHarness h = alone();
        connect(h, "x").write(0, new byte[] {1}, Flags.NONE);
        Connection reader = connect(h, "r", true);
        connect(h, "r", true);
        List<Connection> after = h.swap();
        assertArrayEquals(new byte[] {1}, after.get(0).read(0, 1));
        assertThrows(NbdException.class, () -> connect(h, "x"));
        assertThrows(NbdException.class, () -> connect(h, "r"));
        assertTrue(failure(alone(), "x").contains("is locked"));
        h.rollBack();
        assertThrows(NbdException.class, () -> connect(h, "x"));
        after = h.rollBackLate();
        assertThrows(NbdException.class, () -> connect(h, "x"));
        after.get(0).disconnect();
        connect(h, "x");
        assertEquals(3, after.size());
        assertEquals(SIZE, reader.info().size());
    }

    @Test
    void aCommandThatFailsLeavesNothingBehind() throws Exception {
        LayerHarness h = start(List.of("dir=disks", "1M", "command=truncate -s 10 $disk; exit 4"));
        assertTrue(failure(h, "x").contains("has failed: it ended with status 4"));
        assertEquals(List.of(), files());
        assertTrue(failure(h, "x").contains("has failed"));
    }

    @Test
    void theNameOfTheExportIsNoPartOfTheCommand() throws Exception {
        String evil = "$(touch evil); `touch evil` '\"";
        Connection c = connect(start(List.of("dir=disks", "1M", "command=printf %s \"$disk\" > \"$disk\"")), evil);
        assertTrue(new String(c.readAll(), StandardCharsets.UTF_8).endsWith("/disk"));
        assertEquals(List.of(evil), files());
    }

    @Test
    void mistakesAreToldAtTheStart() throws Exception {
        assertTrue(refusal("1M").contains("dir"));
        assertTrue(refusal("dir=disks").contains("size"));
        assertTrue(refusal("dir=gone", "1M").contains("dir=" + directory.resolve("gone") + " is not a directory"));
        assertTrue(refusal("dir=disks", "1M", "disk=x").contains("disk="));
        assertTrue(refusal("dir=disks", "1M", "wait=x").contains("wait"));
        assertTrue(refusal("dir=disks", "1M", "a.b=x").contains("a.b"));
    }

    @Test
    void openedReadOnlyItOffersNoWrites() throws Exception {
        DeviceInfo info = connect(alone(), "x", true).info();
        assertFalse(info.isWritable() || info.canTrim());
    }
}
