package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTextTest {
    private final FakeRuntime runtime = new FakeRuntime().export("disk", ExportState.ACTIVE, "").listener("l", true, "").connection(7);

    private Exposition read(boolean open, int connections) {
        return new Exposition(MetricsText.of(new Snapshot(runtime), open, connections), open);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothFormatsCanBeReadAndSayTheSame(boolean open) {
        Exposition e = read(open, 10);
        assertEquals(3, e.value("sluice_requests_total{export=disk, operation=read}"));
        assertEquals(1, e.value("sluice_request_errors_total{export=disk, operation=read}"));
        assertEquals(4096, e.value("sluice_request_bytes_total{export=disk, operation=read}"));
        assertEquals(0.003003, e.value("sluice_request_seconds_sum{export=disk, operation=read}"), 1e-12);
        assertEquals(3, e.value("sluice_request_seconds_count{export=disk, operation=read}"));
        assertEquals(1, e.value("sluice_request_seconds_bucket{export=disk, le=1.024E-6, operation=read}"));
        assertEquals(2, e.value("sluice_request_seconds_bucket{export=disk, le=2.048E-6, operation=read}"));
        assertEquals(3, e.value("sluice_export_swaps_total{export=disk, result=done}"));
        assertEquals(7, e.value("sluice_layer_requests_total{export=disk, layer=memory, position=0}"));
        assertEquals(1, e.value("sluice_layer_seconds_count{export=disk, layer=memory, position=0}"));
        assertEquals(4, e.value("sluice_connection_requests_total{connection=7, export=disk, peer=unix}"));
        assertEquals(1, e.value("sluice_export_state{export=disk, state=active}"));
        assertEquals(0, e.value("sluice_export_state{export=disk, state=failed}"));
        assertEquals(1, e.value("sluice_build_info{version=1.2.3}"));
        assertTrue(e.value("sluice_jvm_threads{}") > 0);
        assertEquals(1, e.value("sluice_listener_up{address=tcp:127.0.0.1:10809, listener=l}"));
    }

    @Test
    void namesOfExportsMayHaveAnyCharacter() {
        String name = "a\"b\\c\nd{}, e=\"";
        runtime.export(name, ExportState.ACTIVE, "");
        assertEquals(3, read(false, 0).value("sluice_requests_total{export=" + name + ", operation=read}"));
    }

    @Test
    void connectionsHaveSeriesUpToTheBound() {
        runtime.connection(8).connection(9);
        Exposition e = read(false, 2);
        assertTrue(e.samples.containsKey("sluice_connection_requests_total{connection=8, export=disk, peer=unix}"));
        assertFalse(e.samples.containsKey("sluice_connection_requests_total{connection=9, export=disk, peer=unix}"));
    }

    @Test
    void secretsAreNotShown() {
        assertFalse(MetricsText.of(new Snapshot(runtime), false, 10).contains("password"));
    }
}
