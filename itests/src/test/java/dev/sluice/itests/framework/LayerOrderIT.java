package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every call through three filters and a plugin, in the order that nbdkit promises. */
class LayerOrderIT extends ServedTest {
    LayerOrderIT() {
        super("passing tag=a", "passing tag=b", "passing tag=c", "scripted size=1M");
    }

    @BeforeEach
    void forget() {
        script().reset();
    }

    @Test
    void openGoesInwardsAndPrepareOutwards() throws Exception {
        try (Session s = simple()) {
            List<String> trail = script().trail().stream().filter(p -> !p.contains("info")).toList();
            assertEquals(List.of("a.open", "b.open", "c.open", "open", "prepare", "c.prepare", "b.prepare", "a.prepare"), trail);
            s.stillWorks();
        }
    }

    @Test
    void finishAndCloseGoInwards() throws Exception {
        try (Session s = simple()) {
            s.stillWorks();
            script().trail();
            s.disconnect();
        }
        Await.until("the device is closed", () -> script().count("close") == 1);
        assertEquals(List.of("a.finish", "b.finish", "c.finish", "finish", "a.close", "b.close", "c.close", "close"), script().trail());
    }

    @Test
    void everyRequestPassesAllLayersOnce() throws Exception {
        try (Session s = extended()) {
            script().trail();
            s.read(0, 512).ok();
            assertEquals(List.of("a.read", "b.read", "c.read", "read"), script().trail());
            s.write(0, new byte[512]).ok();
            assertEquals(List.of("a.write", "b.write", "c.write", "write"), script().trail());
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            assertEquals(List.of("a.flush", "b.flush", "c.flush", "flush"), script().trail());
            s.ask(0, Wire.TRIM, 0, 512).ok();
            assertEquals(List.of("a.trim", "b.trim", "c.trim", "trim"), script().trail());
            s.ask(0, Wire.WRITE_ZEROES, 0, 512).ok();
            assertEquals(List.of("a.zero", "b.zero", "c.zero", "zero"), script().trail());
            s.ask(0, Wire.CACHE, 0, 512).ok();
            assertEquals(List.of("a.cache", "b.cache", "c.cache", "cache"), script().trail());
            s.status(0, 0, 512).ok();
            assertEquals(List.of("a.status", "b.status", "c.status", "status"), script().trail());
        }
    }

    @Test
    void anErrorOfAFilterStopsTheRequestThere() throws Exception {
        script().say("b.read", "unchecked");
        try (Session s = structured()) {
            assertEquals(Wire.EIO, s.read(0, 512).error());
        }
        assertEquals(1, script().count("a.read"));
        assertEquals(0, script().count("c.read"));
    }
}
