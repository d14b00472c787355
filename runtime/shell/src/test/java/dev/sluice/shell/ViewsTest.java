package dev.sluice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ConnectionStatus;
import dev.sluice.api.runtime.ExportMetrics;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.Latency;
import dev.sluice.api.runtime.LayerMetrics;
import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.api.runtime.SwapRecord;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private final FakeServer server = new FakeServer();
    private final Commands commands = new Commands(server, server, new FakeStore(), ZoneOffset.UTC);

    private String run(Command command, String... words) {
        return commands.run(command, List.of(words));
    }

    @Test
    void pluginsAndFiltersAreListedApart() {
        server.kind("memory", false, false, "sparse RAM disk, shared by all clients and lost at the end of the server, and no more at all")
                .kind("log", true, true, "writes requests to a file");
        assertEquals("""
                PLUGIN  VERSION  WHAT IT DOES
                memory  1.2.3    sparse RAM disk, shared by all clients and lost at the end of
                                 the server, and no more at all""", run(Command.PLUGINS));
        assertEquals("""
                FILTER  VERSION  WHAT IT DOES
                log     1.2.3    writes requests to a file (transparent)""", run(Command.FILTERS));
    }

    @Test
    void anEmptyServerSaysSo() {
        assertEquals("no exports\n\nno listeners", run(Command.LIST));
        assertEquals("nobody is connected", run(Command.CONNECTIONS));
        assertEquals("nothing was changed", run(Command.SWAPS));
        assertEquals("no exports", run(Command.STATS));
        assertEquals("no plugins are there", run(Command.PLUGINS));
    }

    @Test
    void theListShowsChainsAndReasons() {
        server.export("disk", ExportState.ACTIVE, "", 2, "log logfile=/tmp/log", "memory 1G")
                .export("old", ExportState.WAITING, "plugin 'tape' is not there", 0, "tape");
        server.listeners.add(new ListenerStatus("default", true, "unix:/srv/nbd.sock", "", 12, 0));
        server.listeners.add(new ListenerStatus("tcp", false, "tcp:127.0.0.1:10809", "Address already in use", 0, 0));
        assertEquals("""
                EXPORT  STATE    CLIENTS  LAYERS
                disk    active         2  log logfile=/tmp/log > memory 1G
                old     waiting        0  tape (plugin 'tape' is not there)

                LISTENER  STATE    CLIENTS SO FAR  ADDRESS
                default   listens              12  unix:/srv/nbd.sock
                tcp       failed                0  tcp:127.0.0.1:10809 (Address already in use)""", run(Command.LIST));
    }

    @Test
    void connectionsCanBeThoseOfOneExport() {
        server.export("disk", ExportState.ACTIVE, "", 1, "memory 1G").export("other", ExportState.ACTIVE, "", 1, "memory 1G");
        server.connections.add(new ConnectionStatus(1, "unix", "default", "disk", "disk", "transmission", 1234, 0, 1536, 10L << 30, 4));
        server.connections.add(new ConnectionStatus(2, "127.0.0.1:4000", "tcp", "other", "other", "transmission", 1, 1, 0, 0, 0));
        assertEquals("""
                ID  EXPORT  STATE         REQUESTS  ERRORS     READ  WRITTEN  NOW  CLIENT
                 1  disk    transmission      1234       0  1.5 KiB   10 GiB    4  unix""", run(Command.CONNECTIONS, "disk"));
        assertEquals(3, run(Command.CONNECTIONS).lines().count());
    }

    @Test
    void statsNumberTheLayers() {
        server.export("disk", ExportState.ACTIVE, "", 1, "log", "memory 1G");
        server.connections.add(new ConnectionStatus(1, "unix", "default", "disk", "disk", "transmission", 5, 0, 4096, 512, 0));
        assertEquals("""
                disk is active, parallel
                #  LAYER   REQUESTS  ERRORS  FAULTS  BUNDLE
                1  log         1000       2       0  dev.sluice.log 1.2.3
                2  memory      1000       2       0  dev.sluice.memory 1.2.3
                1 client, which so far read 4.0 KiB and wrote 512 B""", run(Command.STATS, "disk"));
    }

    @Test
    void latencyIsShownByOperationAndLayer() {
        List<Long> counts = new ArrayList<>(Collections.nCopies(Latency.BUCKETS, 0L));
        counts.set(Latency.bucket(1000), 3L);
        counts.set(Latency.bucket(2_000_000), 1L);
        Latency latency = new Latency(counts, Duration.ofNanos(2_003_000));
        server.metrics.add(new ExportMetrics("disk", List.of(new OperationMetrics("read", 4, 0, 0, latency)),
                List.of(new LayerMetrics(0, "memory", 4, 0, 0, Latency.NONE)), 0, 0, Duration.ZERO));
        server.export("disk", ExportState.ACTIVE, "", 1, "memory 1G");
        assertEquals("""
                disk
                REQUESTS      MEAN  MEDIAN      99%     MOST  OF
                       4  500.8 us  1.0 us  2.10 ms  2.10 ms  read
                       4    0.0 us  0.0 us   0.0 us   0.0 us  1 memory""", run(Command.LATENCY, "disk"));
    }

    @Test
    void swapsShowPauseAndResult() {
        server.swaps.add(new SwapRecord(FakeServer.WHEN, "disk", "insert log", "ok", 3, Duration.ofNanos(310_000), 2, List.of()));
        server.swaps.add(new SwapRecord(FakeServer.WHEN, "disk", "remove cow", "refused: cow has an overlay that is not committed, and it"
                + " stays", 0, Duration.ZERO, 2, List.of("read 4096 at 0 in thread x")));
        assertEquals("""
                WHEN                 EXPORT    PAUSE  CLIENTS  WHAT
                2026-11-22 10:20:30  disk    0.31 ms        2  insert log: ok
                2026-11-22 10:20:30  disk    0.00 ms        2  remove cow: refused: cow has an
                                                               overlay that is not committed,
                                                               and it stays; stranded: read 4096
                                                               at 0 in thread x""", run(Command.SWAPS));
    }

    @Test
    void whyTellsTheReasonAndWhatToDo() {
        server.kind("memory", false, false, "").kind("log", true, true, "");
        server.export("old", ExportState.WAITING, "plugin 'tape' is not there", 0, "tape");
        assertEquals("""
                old is waiting: plugin 'tape' is not there
                It starts by itself when what is missing is there. There are the plugins memory
                and the filters log.""", run(Command.WHY, "old"));
    }

    @Test
    void anUnknownExportIsNamedWithThoseThatAreThere() {
        server.export("disk", ExportState.ACTIVE, "", 0, "memory 1G");
        ConfigException e = assertThrows(ConfigException.class, () -> run(Command.WHY, "disc"));
        assertEquals("nbd:why: there is no export 'disc'; there are disk", e.getMessage());
    }

    @Test
    void linesStayWithin80Columns() {
        for (Command command : Command.values()) {
            run(Command.HELP, command.text()).lines().forEach(l -> assertEquals(true, l.length() <= 80, l));
        }
        run(Command.HELP).lines().forEach(l -> assertEquals(true, l.length() <= 80, l));
    }
}
