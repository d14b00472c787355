package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.FixtureBundle;
import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.Configuration;

/** Kinds that throw, answer nonsense or do not fit: the export suffers, the server and the others do not. */
class BrokenKindsIT extends ServedTest {
    private Configuration configuration;
    private Session bystander;

    @BeforeEach
    void aBystander() throws Exception {
        bystander = simple();
    }

    @AfterEach
    void theBystanderHasNotNoticed() throws Exception {
        sluice().script().reset();
        bystander.stillWorks();
        bystander.close();
        if (configuration != null) {
            configuration.delete();
            configuration = null;
            Await.until("the export is gone", () -> sluice().runtime().exports().stream().noneMatch(e -> e.name().equals("broken")));
        }
    }

    private ExportStatus export(String... layers) throws Exception {
        configuration = sluice().configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("broken", Map.of(), layers));
        return sluice().awaitExport("broken");
    }

    private OptionReply goFails() throws Exception {
        try (RawNbdClient c = greeted()) {
            OptionReply reply = c.ask(Wire.OPT_GO, RawNbdClient.goPayload("broken")).get(0);
            assertEquals(Wire.REP_ERR_UNKNOWN, reply.type());
            c.go("").stillWorks();
            return reply;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"configure", "ready"})
    void aKindThatThrowsWhileItIsMadeFailsItsExportWithAReason(String point) throws Exception {
        for (String word : List.of("unchecked", "error")) {
            script().say(point, word);
            ExportStatus status = export("scripted size=1M");
            assertEquals(ExportState.FAILED, status.state(), point);
            assertTrue(status.why().contains("told to throw this"), status.why());
            assertTrue(!status.why().contains("\n"), status.why());
            goFails();
            configuration.delete();
            Await.until("the export is gone", () -> sluice().runtime().exports().stream().noneMatch(e -> e.name().equals("broken")));
            configuration = null;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "info", "prepare"})
    void aKindThatThrowsWhileItIsOpenedRefusesItsClientAndNoOther(String point) throws Exception {
        assertEquals(ExportState.ACTIVE, export("scripted size=1M").state());
        for (String word : List.of("unchecked", "error")) {
            script().say(point, word);
            goFails();
        }
        script().reset();
        try (Session s = greeted().go("broken")) {
            s.stillWorks();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "info"})
    void aKindThatAnswersNullWhereAnObjectIsDueRefusesItsClient(String point) throws Exception {
        assertEquals(ExportState.ACTIVE, export("scripted size=1M").state());
        script().say(point, "null");
        goFails();
        script().reset();
        try (Session s = greeted().go("broken")) {
            s.stillWorks();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"finish", "close", "layer-close"})
    void aKindThatThrowsWhileItIsClosedDisturbsNobody(String point) throws Exception {
        for (String word : List.of("unchecked", "error")) {
            assertEquals(ExportState.ACTIVE, export("scripted size=1M").state());
            script().say(point, word);
            try (Session s = greeted().go("broken")) {
                s.stillWorks();
                s.disconnect();
            }
            configuration.delete();
            Await.until("the export is gone", () -> sluice().runtime().exports().stream().noneMatch(e -> e.name().equals("broken")));
            configuration = null;
            script().reset();
        }
    }

    @Test
    void aListThatThrowsOrIsNullIsAnsweredWithAnErrorOrLeftOut() throws Exception {
        assertEquals(ExportState.ACTIVE, export("scripted size=1M").state());
        for (String word : List.of("unchecked", "error", "null")) {
            script().say("exports", word);
            try (RawNbdClient c = greeted()) {
                c.ask(Wire.OPT_LIST);
                c.go("").stillWorks();
            }
        }
    }

    @Test
    void whatAKindThrowsIsCountedOnItsLayer() throws Exception {
        assertEquals(ExportState.ACTIVE, export("scripted size=1M").state());
        script().say("read", "unchecked");
        try (Session s = greeted().go("broken")) {
            assertEquals(Wire.EIO, s.read(0, 512).error());
            assertEquals(Wire.EIO, s.read(0, 512).error());
        }
        var layer = sluice().runtime().exports().stream().filter(e -> e.name().equals("broken")).findFirst().orElseThrow().layers().get(0);
        assertEquals(2, layer.faults());
        assertEquals(2, layer.errors());
    }

    @Test
    void aFilterForAnotherApiDoesNotResolveAndTheServerGoesOn() throws Exception {
        Bundle old = sluice().install(FixtureBundle.filter("oldapi").classes(SluiceServer.fixture("ScriptedPlugin"),
                SluiceServer.fixture("ScriptedDevice")).api("[0.9,0.10)"));
        try {
            BundleException e = assertThrows(BundleException.class, old::start);
            assertEquals(BundleException.RESOLVE_ERROR, e.getType());
            assertNotEquals(Bundle.ACTIVE, old.getState());
            ExportStatus status = export("oldapi", "memory 1M");
            assertEquals(ExportState.WAITING, status.state());
            assertTrue(status.why().contains("oldapi"), status.why());
        } finally {
            old.uninstall();
        }
    }

    @Test
    void aPluginThatIsInstalledLaterWakesTheExportThatWaitsForIt() throws Exception {
        assertEquals(ExportState.WAITING, export("late size=1M").state());
        Bundle late = sluice().install(FixtureBundle.plugin("late").classes(SluiceServer.fixture("ScriptedPlugin"),
                SluiceServer.fixture("ScriptedDevice")));
        try {
            late.start();
            Await.until("the export is active", () -> sluice().awaitExport("broken").state() == ExportState.ACTIVE);
            try (Session s = greeted().go("broken")) {
                s.stillWorks();
            }
        } finally {
            late.uninstall();
        }
    }
}
