package dev.sluice.filter.multiconn;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestContext;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.api.util.ParameterParser;
import dev.sluice.api.util.Reads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Several clients of one filter in front of connections that cache. */
final class Clients {
    final byte[] disk = new byte[64];
    final List<CachingDevice> behind = new ArrayList<>();
    final List<NbdDevice> devices = new ArrayList<>();
    final List<TestOpenRequest> requests = new ArrayList<>();
    final MultiConnFilter filter = new MultiConnFilter();
    final TestContext context = new TestContext(Path.of("/"));

    Clients(String... words) {
        filter.configure(ParameterParser.parse(MultiConnFilter.class, "multi-conn", List.of(words), Path.of("/")));
    }

    /** Opens a connection. */
    Clients connect(String exportName) throws IOException {
        TestOpenRequest request = new TestOpenRequest(context, exportName, false, new TestClient(devices.size() + 1));
        NbdDevice device = filter.open(request, new Next());
        device.prepare();
        requests.add(request);
        devices.add(device);
        return this;
    }

    /** Opens several, and flushes what is assumed of new ones. */
    Clients connected(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            connect("");
        }
        devices.get(0).flush();
        takeFlushes();
        return this;
    }

    void write(int client, int at, int value) throws IOException {
        devices.get(client).write(at, ByteBuffer.wrap(new byte[] {(byte) value}), Flags.NONE);
    }

    int read(int client, int at) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        Reads.into(devices.get(client), at, one);
        return one.get(0);
    }

    void flush(int client) throws IOException {
        devices.get(client).flush();
    }

    void leave(int client) throws IOException {
        try {
            devices.get(client).finish();
        } finally {
            devices.get(client).close();
        }
    }

    /** How often each connection was flushed since the last time. */
    List<Integer> takeFlushes() {
        return behind.stream().map(CachingDevice::takeFlushes).toList();
    }

    private final class Next implements NextLayer {
        @Override
        public NbdDevice open(OpenRequest request) {
            CachingDevice device = new CachingDevice(disk);
            behind.add(device);
            return device;
        }

        @Override
        public List<ExportInfo> exports(ClientInfo client) {
            return List.of();
        }

        @Override
        public String defaultExport(ClientInfo client) {
            return "";
        }

        @Override
        public String description(OpenRequest request) {
            return "";
        }
    }
}
