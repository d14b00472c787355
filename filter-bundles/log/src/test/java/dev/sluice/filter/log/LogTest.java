package dev.sluice.filter.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
    private static final String TIME = "2026-11-21 23:33:01.123456 ";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T23:33:01.123456789Z"), ZoneOffset.UTC);

    private final ModelDevice model = ModelDevice.of(new byte[8192]);
    private LayerHarness harness;
    @TempDir
    private Path directory;

    private LayerHarness start(String... words) throws Exception {
        harness = LayerHarness.filter(() -> new LogFilter(CLOCK), "log", List.of(words), directory, model).start();
        return harness;
    }

    @AfterEach
    void nothingStaysOpen() throws IOException {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    /** The lines of the file without their time, which is always the same. */
    private List<String> lines() throws IOException {
        return Files.readAllLines(directory.resolve("log")).stream().map(l -> {
            assertTrue(l.startsWith(TIME), l);
            return l.substring(TIME.length());
        }).toList();
    }

    /** The lines after those of the start and of the connect. */
    private List<String> requests() throws IOException {
        return lines().subList(2, lines().size());
    }

    @Test
    void theStartIsLogged() throws Exception {
        start("logfile=log");
        assertEquals(List.of("Ready thread_model=3"), lines());
    }

    @Test
    void aClientThatComesAndGoesIsLogged() throws Exception {
        LayerHarness h = start("logfile=log");
        h.layer().preconnect(new TestClient(1));
        h.connect(new TestOpenRequest(h.context(), "a\"$b\n", false, new TestClient(7))).disconnect();
        assertEquals(List.of("Ready thread_model=3", "Preconnect id=1 readonly=0 ...", "...Preconnect id=1 return=0",
                "connection=7 Connect export=\"a\\\"\\$b\\x0a\" tls=0 size=0x2000 minsize=0x0 prefsize=0x0 maxsize=0x0 write=1 flush=1 "
                + "rotational=0 trim=1 zero=2 fua=2 extents=1 cache=2 fast_zero=1",
                "connection=7 Disconnect transactions=0"), lines());
    }

    @Test
    void everyRequestIsLoggedBeforeAndAfter() throws Exception {
        Connection c = start("logfile=log").connect();
        c.read(0x10, 0x20);
        c.write(1, new byte[10], Flags.of(Flags.FUA));
        c.device().zero(2, 3, Flags.of(Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().trim(4, 5, Flags.NONE);
        c.device().cache(6, 7);
        c.device().flush();
        c.disconnect();
        assertEquals(List.of(
                "connection=1 Read id=1 offset=0x10 count=0x20 ...", "connection=1 ...Read id=1 return=0",
                "connection=1 Write id=2 offset=0x1 count=0xa fua=1 ...", "connection=1 ...Write id=2 return=0",
                "connection=1 Zero id=3 offset=0x2 count=0x3 trim=1 fua=0 fast=1 ...", "connection=1 ...Zero id=3 return=0",
                "connection=1 Trim id=4 offset=0x4 count=0x5 fua=0 ...", "connection=1 ...Trim id=4 return=0",
                "connection=1 Cache id=5 offset=0x6 count=0x7 ...", "connection=1 ...Cache id=5 return=0",
                "connection=1 Flush id=6 ...", "connection=1 ...Flush id=6 return=0",
                "connection=1 Disconnect transactions=6"), requests());
    }

    @Test
    void extentsAreLoggedWithTheirTypes() throws Exception {
        Connection c = start("logfile=log").connect();
        model.write(4096, ByteBuffer.wrap(new byte[] {1}), Flags.NONE);
        c.status(0, 8192, Flags.NONE);
        c.status(1, 1, Flags.of(Flags.REQ_ONE));
        assertEquals(List.of("connection=1 Extents id=1 offset=0x0 count=0x2000 req_one=0 ...",
                "connection=1 ...Extents id=1 extents=(0x0 0x1000 \"hole,zero\" 0x1000 0x1000 \"\") return=0",
                "connection=1 Extents id=2 offset=0x1 count=0x1 req_one=1 ...",
                "connection=1 ...Extents id=2 extents=(0x1 0xfff \"hole,zero\") return=0"), requests());
    }

    @Test
    void aFailureIsLoggedWithItsError() throws Exception {
        Connection c = start("logfile=log").connect();
        model.failWith(NbdError.ENOSPC);
        assertThrows(NbdException.class, () -> c.write(0, new byte[1], Flags.NONE));
        assertEquals("connection=1 ...Write id=1 return=-1 error=ENOSPC", requests().get(1));
    }

    @Test
    void aListOfExportsIsLogged() throws Exception {
        LayerHarness h = start("logfile=log");
        h.next().exports(List.of(new ExportInfo("a", ""), new ExportInfo("b c", "")));
        ((NbdFilter) h.layer()).exports(new TestClient(1), h.next());
        assertEquals(List.of("ListExports id=1 readonly=0 tls=0 ...", "...ListExports id=1 exports=(\"a\" \"b c\") return=0"),
                lines().subList(1, 3));
    }

    @Test
    void anOldFileIsEmptied() throws Exception {
        Files.writeString(directory.resolve("log"), "old\n");
        start("logfile=log");
        assertEquals(1, lines().size());
    }

    @Test
    void anOldFileIsKeptIfSaidSo() throws Exception {
        Files.writeString(directory.resolve("log"), TIME + "old\n");
        start("logfile=log", "logappend=true");
        assertEquals(List.of("old", "Ready thread_model=3"), lines());
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() {
        var e = assertThrows(ConfigException.class, () -> start("logfile=none/log"));
        assertEquals("log: logfile=" + directory.resolve("none/log") + ": can't be opened: no such file or directory", e.getMessage());
        harness = null;
    }

    @Test
    void aSwapLosesNoLineAndGoesOnCounting() throws Exception {
        LayerHarness h = start("logfile=log");
        h.connect().read(0, 1);
        Connection after = h.swap().get(0);
        after.read(0, 1);
        h.swap().get(0).disconnect();
        assertEquals(List.of("connection=1 Read id=1 offset=0x0 count=0x1 ...", "connection=1 ...Read id=1 return=0",
                "Ready thread_model=3",
                "connection=1 Read id=2 offset=0x0 count=0x1 ...", "connection=1 ...Read id=2 return=0",
                "Ready thread_model=3", "connection=1 Disconnect transactions=2"), requests());
    }

    @Test
    void aSwapThatIsRolledBackLosesNoLine() throws Exception {
        LayerHarness h = start("logfile=log");
        Connection c = h.connect();
        c.read(0, 1);
        h.rollBack();
        c.read(0, 1);
        h.rollBackLate().get(0).disconnect();
        assertEquals(List.of("connection=1 Read id=1 offset=0x0 count=0x1 ...", "connection=1 ...Read id=1 return=0",
                "Ready thread_model=3",
                "connection=1 Read id=2 offset=0x0 count=0x1 ...", "connection=1 ...Read id=2 return=0",
                "Ready thread_model=3", "connection=1 Disconnect transactions=2"), requests());
    }

    @Test
    void aSwapToAnotherFileClosesTheOldOne() throws Exception {
        LayerHarness h = start("logfile=old");
        h.connect();
        h.swap(List.of("logfile=log")).get(0).disconnect();
        assertEquals(List.of("Ready thread_model=3", "connection=1 Disconnect transactions=0"), lines());
        h.swap(List.of());
    }

    @Test
    void aFileThatWasRenamedIsFollowedByNameAfterASwap() throws Exception {
        LayerHarness h = start("logfile=log");
        Files.move(directory.resolve("log"), directory.resolve("log.1"));
        h.swap();
        assertEquals(List.of("Ready thread_model=3"), lines());
    }

    @Test
    void aScriptSeesThePartsOfTheLine() throws Exception {
        Connection c = start("logscript=echo \"$type $connection $act $id $offset $count $return $error\" >> '" + directory + "/out'")
                .connect();
        c.read(1, 2);
        model.failWith(NbdError.EPERM);
        assertThrows(NbdException.class, () -> c.read(3, 4));
        List<String> out = Files.readAllLines(directory.resolve("out"));
        assertEquals(List.of("ENTER 1 Read 1 0x1 0x2  ", "LEAVE 1 Read 1   0 ", "ENTER 1 Read 2 0x3 0x4  ", "LEAVE 1 Read 2   -1 EPERM"),
                out.subList(2, out.size()));
        assertEquals("PRINT  Ready     ", out.get(0));
    }

    @Test
    void aScriptThatFailsDisturbsNoClient() throws Exception {
        start("logscript=exit 3").connect().read(0, 1);
    }

    @Test
    void aScriptIsKilledWhenTheDeviceMustClose() throws Exception {
        Connection c = start("logscript=[ $act != Read ] || exec sleep 1000").connect();
        c.request().cancellation().cancel("stop");
        c.read(0, 1);
    }

    @Test
    void withoutFileAndScriptRequestsGoOn() throws Exception {
        start().connect().read(0, 1);
    }
}
