package dev.sluice.core.export;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.Lease;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.core.chain.FakePlugin;
import dev.sluice.core.chain.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** A RAM disk of leased memory that hands its memory over. */
class StatefulPlugin extends FakePlugin {
    static final int SIZE = 4096;

    private final int size;
    private Lease memory;

    StatefulPlugin(Journal journal, String name, int size) {
        super(journal, name);
        this.size = size;
    }

    @Override
    public void ready(LayerContext context) throws Exception {
        super.ready(context);
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        if (memory == null) {
            memory = request.buffers().zeroed(SIZE);
        }
        Lease m = memory;
        return new NbdDevice() {
            @Override
            public DeviceInfo info() {
                return DeviceInfo.writable(size).build();
            }

            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                reply.lease(m, (int) offset, length);
            }

            @Override
            public void write(long offset, ByteBuffer data, Flags flags) {
                m.memory().put((int) offset, data, data.position(), data.remaining());
            }
        };
    }

    @Override
    public Optional<HandOver> release() {
        Optional<HandOver> h = Optional.ofNullable(memory).map(m -> new HandOver("ram", 1, Map.of("m", m)));
        memory = null;
        return h;
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        memory = (Lease) state.state().get("m");
    }

    @Override
    public void close() throws Exception {
        super.close();
        if (memory != null) {
            memory.close();
        }
    }
}
