package dev.sluice.plugin.zero;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroPluginTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new ZeroPlugin();
    }

    @Override
    protected String kindName() {
        return "zero";
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[0];
    }

    @Test
    void itIsReadOnlyAndSharedByConnections() throws Exception {
        DeviceInfo info = start().connect().info();
        assertFalse(info.isWritable() || info.canFlush() || info.extents());
        assertTrue(info.multiConn());
        assertEquals(Support.NATIVE, info.cache());
    }

    @Test
    void aReadIsRefused() throws Exception {
        Connection c = start().connect();
        NbdException e = assertThrows(NbdException.class, () -> c.device().read(0, 1, new RecordingReply(1)));
        assertEquals(NbdError.EINVAL, e.error());
    }

    @Test
    void everyParameterIsRefused() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("size=1M")));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
        assertThrows(ConfigException.class, () -> start(List.of("1M")));
    }
}
