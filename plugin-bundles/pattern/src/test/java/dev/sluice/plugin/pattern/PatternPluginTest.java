package dev.sluice.plugin.pattern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatternPluginTest extends PluginContract {
    private static final int SIZE = 70_003;

    @Override
    protected NbdPlugin newKind() {
        return new PatternPlugin();
    }

    @Override
    protected String kindName() {
        return "pattern";
    }

    @Override
    protected List<String> words() {
        return List.of("size=" + SIZE);
    }

    @Override
    protected byte[] expected(Connection connection) {
        ByteBuffer words = ByteBuffer.allocate((SIZE / 8 + 1) * 8);
        for (long at = 0; words.hasRemaining(); at += 8) {
            words.putLong(at);
        }
        return Arrays.copyOf(words.array(), SIZE);
    }

    @Test
    void theSizeIsRequired() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of()));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
    }

    @Test
    void theLastWordIsCutOff() throws Exception {
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, start(List.of("10")).connect().readAll());
    }

    @Test
    void highOffsetsFillAllEightBytes() throws Exception {
        Connection c = start(List.of("9223372036854775807")).connect();
        assertArrayEquals(new byte[] {0x7f, -1, -1, -1, -1, -1, -1}, c.read(Long.MAX_VALUE - 7, 7));
        assertArrayEquals(new byte[] {-24, 0x7f, -1, -1, -1, -1, -1, -1, -16}, c.read(Long.MAX_VALUE - 16, 9));
    }

    @Test
    void itIsReadOnlyAndSharedByConnections() throws Exception {
        DeviceInfo info = start().connect().info();
        assertFalse(info.isWritable());
        assertTrue(info.multiConn());
        assertEquals(Support.NATIVE, info.cache());
    }
}
