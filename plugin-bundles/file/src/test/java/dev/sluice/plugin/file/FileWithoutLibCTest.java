package dev.sluice.plugin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.PluginContract;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract where the C library is out of reach; options that need it are taken and do nothing. */
class FileWithoutLibCTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new FilePlugin(Optional::empty);
    }

    @Override
    protected String kindName() {
        return "file";
    }

    @Override
    protected List<String> words() {
        return List.of("disk", "cache=none", "fadvise=sequential");
    }

    @BeforeEach
    void makeTheFile() throws IOException {
        Files.write(directory.resolve("disk"), random.bytes(300_001));
    }

    @Test
    void whatNeedsTheLibraryIsNotOffered() throws Exception {
        DeviceInfo info = start().connect().info();
        assertFalse(info.canTrim() || info.extents());
        assertTrue(info.isWritable() && info.canFlush() && info.multiConn());
        assertEquals(List.of(Support.EMULATE, Support.NATIVE, Support.EMULATE), List.of(info.zero(), info.fua(), info.cache()));
    }
}
