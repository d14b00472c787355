package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.ExportState;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final FakeRuntime runtime = new FakeRuntime();

    private Health ready() {
        return Health.ready(new Snapshot(runtime));
    }

    @Test
    void aServerWhoseExportsAreActiveServes() {
        runtime.listener("l", true, "").export("disk", ExportState.ACTIVE, "").export("off", ExportState.DISABLED, "");
        assertEquals(new Health(Health.Level.OK, List.of("1 listeners listen, 2 exports are served or switched off")), ready());
    }

    @Test
    void aServerWithoutAnythingLivesAndDoesNotServe() {
        assertEquals(new Health(Health.Level.BAD, List.of("there is no listener", "there is no export")), ready());
        assertEquals(Health.Level.OK, Health.alive(new Snapshot(runtime)).level());
    }

    @Test
    void anExportInASwapIsAMatterOfTime() {
        runtime.listener("l", true, "").export("disk", ExportState.HELD, "waits");
        assertEquals(new Health(Health.Level.TEMPORARY, List.of("export disk is held: waits")), ready());
    }

    @Test
    void theWorstCounts() {
        runtime.listener("l", true, "").export("a", ExportState.HELD, "").export("b", ExportState.FAILED, "no file")
                .export("c", ExportState.STARTING, "");
        assertEquals(Health.Level.BAD, ready().level());
    }

    @Test
    void aListenerThatDoesNotListenIsNamed() {
        runtime.listener("l", false, "Address already in use").export("disk", ExportState.ACTIVE, "");
        assertEquals(new Health(Health.Level.BAD, List.of("listener l does not listen: Address already in use")), ready());
    }
}
