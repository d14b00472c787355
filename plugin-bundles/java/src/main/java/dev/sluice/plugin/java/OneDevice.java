package dev.sluice.plugin.java;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The plugin around a class that is only a device: one object that all clients share, with the life of the layer. */
final class OneDevice implements NbdPlugin {
    private final NbdDevice device;

    OneDevice(NbdDevice device) {
        this.device = device;
    }

    @Override
    public void ready(LayerContext context) throws IOException {
        device.prepare();
    }

    /** Its bytes come with the hand-over, if there is one. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new View(device);
    }

    @Override
    public Optional<HandOver> release() throws Exception {
        return device.release();
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        device.adopt(state);
    }

    @Override
    public void close() throws IOException {
        device.close();
    }

    /** Of one client: its coming and going do not concern the device. */
    private record View(NbdDevice device) implements NbdDevice {
        @Override
        public DeviceInfo info() {
            return device.info();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            device.read(offset, length, reply);
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
            device.write(offset, data, flags);
        }

        @Override
        public void flush() throws IOException {
            device.flush();
        }

        @Override
        public void trim(long offset, long length, Flags flags) throws IOException {
            device.trim(offset, length, flags);
        }

        @Override
        public void zero(long offset, long length, Flags flags) throws IOException {
            device.zero(offset, length, flags);
        }

        @Override
        public void cache(long offset, long length) throws IOException {
            device.cache(offset, length);
        }

        @Override
        public List<MetaContext> contexts() {
            return device.contexts();
        }

        @Override
        public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
            device.status(context, offset, length, flags, sink);
        }
    }
}
