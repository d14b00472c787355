package dev.sluice.plugin.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.PluginContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The contract where the C library is out of reach. */
class MemoryWithoutLibCTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new MemoryPlugin(Optional::empty);
    }

    @Override
    protected String kindName() {
        return "memory";
    }

    @Override
    protected List<String> words() {
        return List.of("300001");
    }

    @Test
    void whatNeedsTheLibraryIsNotOffered() throws Exception {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/shm")), "pages are used here, and need no library");
        DeviceInfo info = start().connect().info();
        assertFalse(info.canTrim() || info.extents());
        assertEquals(List.of(Support.EMULATE, Support.NATIVE), List.of(info.zero(), info.fua()));
    }
}
