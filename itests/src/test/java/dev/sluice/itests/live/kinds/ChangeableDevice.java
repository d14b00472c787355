package dev.sluice.itests.live.kinds;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.ReadReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The device of {@link ChangeablePlugin}. */
final class ChangeableDevice implements NbdDevice {
    private final ChangeablePlugin plugin;
    private final DeviceInfo info;

    ChangeableDevice(ChangeablePlugin plugin, DeviceInfo info) {
        this.plugin = plugin;
        this.info = info;
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public void prepare() throws IOException {
        plugin.failIf("prepare");
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        plugin.failIf("read");
        plugin.script().at("read", offset, length);
        reply.buffer(length).put(plugin.bytes(), (int) offset, length);
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        plugin.script().at("write", offset, data.remaining());
        data.get(plugin.bytes(), (int) offset, data.remaining());
    }

    @Override
    public void flush() throws IOException {
        plugin.script().at("flush", 0, 0);
    }

    @Override
    public void trim(long offset, long length, Flags flags) {
        Arrays.fill(plugin.bytes(), (int) offset, (int) (offset + length), (byte) 0);
    }

    @Override
    public void close() throws IOException {
        plugin.script().at("close", 0, 0);
    }
}
