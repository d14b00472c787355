package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;

/** Exports that come and go by configuration, on a server without a catch-all. */
class NamedExportsIT {
    private SluiceServer server;
    private LeakCheck before;

    @BeforeEach
    void start() throws Exception {
        before = LeakCheck.begin();
        server = SluiceServer.start();
        server.unix();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        before.threadsAreBack();
        before.socketsAreBack();
    }

    private RawNbdClient greeted() throws Exception {
        return RawNbdClient.greeted(server.address());
    }

    private List<String> listed() throws Exception {
        try (RawNbdClient c = greeted()) {
            return c.ask(Wire.OPT_LIST).stream().filter(r -> r.type() == Wire.REP_SERVER).map(OptionReply::serverName).toList();
        }
    }

    @Test
    void anUnknownExportIsRefusedByNameWithoutInformationAndTheNextGoWorks() throws Exception {
        server.export("there", "memory 1M");
        try (RawNbdClient c = greeted()) {
            List<OptionReply> replies = c.ask(Wire.OPT_GO, RawNbdClient.goPayload("missing"));
            assertEquals(1, replies.size());
            assertEquals(Wire.REP_ERR_UNKNOWN, replies.get(0).type());
            assertTrue(replies.get(0).text().contains("missing"), replies.get(0).text());
            c.go("there").stillWorks();
        }
    }

    @Test
    void exportNameOfAnUnknownExportClosesWithoutAnAnswer() throws Exception {
        server.export("there", "memory 1M");
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_EXPORT_NAME, "missing".getBytes(StandardCharsets.UTF_8));
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void theListIsEmptyWithoutExports() throws Exception {
        assertEquals(List.of(), listed());
    }

    @Test
    void exportsAreListedByName() throws Exception {
        server.export("b", "memory 1M");
        server.export("a", "null 1M");
        assertEquals(List.of("a", "b"), listed().stream().sorted().toList());
    }

    @Test
    void twoExportsHaveTheirOwnBytes() throws Exception {
        server.export("a", "memory 1M");
        server.export("b", "memory 2M");
        try (Session a = greeted().go("a"); Session b = greeted().go("b")) {
            a.write(0, (byte) 1).ok();
            b.write(0, (byte) 2).ok();
            assertEquals(1, a.read(0, 1).data()[0]);
            assertEquals(2, b.read(0, 1).data()[0]);
            assertEquals(2 * Wire.MIB, b.size());
        }
    }

    @Test
    void aWaitingExportIsNotListedAndSaysWhatItWaitsFor() throws Exception {
        server.configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("later", Map.of(), "nosuchplugin 1M"));
        ExportStatus status = server.awaitExport("later");
        assertEquals(ExportState.WAITING, status.state());
        assertTrue(status.why().contains("nosuchplugin"), status.why());
        assertFalse(listed().contains("later"));
        try (RawNbdClient c = greeted()) {
            OptionReply reply = c.ask(Wire.OPT_GO, RawNbdClient.goPayload("later")).get(0);
            assertEquals(Wire.REP_ERR_UNKNOWN, reply.type());
            assertTrue(reply.text().contains("nosuchplugin"), reply.text());
        }
    }

    @Test
    void anExportWithABadParameterFailsAndNamesIt() throws Exception {
        server.configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("bad", Map.of(), "memory size=many"));
        ExportStatus status = server.awaitExport("bad");
        assertEquals(ExportState.FAILED, status.state());
        assertTrue(status.why().contains("many"), status.why());
    }

    @Test
    void anExportWithAnUnknownParameterFailsAndNamesIt() throws Exception {
        server.configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("bad", Map.of(), "memory 1M colour=red"));
        ExportStatus status = server.awaitExport("bad");
        assertEquals(ExportState.FAILED, status.state());
        assertTrue(status.why().contains("colour"), status.why());
    }

    @Test
    void aDeletedExportSendsItsIdleClientAway() throws Exception {
        Configuration configuration = server.export("short", "memory 1M");
        try (Session s = greeted().go("short")) {
            s.stillWorks();
            configuration.delete();
            Await.until("the export is gone", () -> server.runtime().exports().isEmpty());
            s.client().awaitClose();
        }
    }

    @Test
    void aDisabledExportIsNotServed() throws Exception {
        server.configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("off", Map.of("enabled", false), "memory 1M"));
        assertEquals(ExportState.DISABLED, server.awaitExport("off").state());
        assertFalse(listed().contains("off"));
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_UNKNOWN, c.verdict(Wire.OPT_GO, RawNbdClient.goPayload("off")));
        }
    }
}
