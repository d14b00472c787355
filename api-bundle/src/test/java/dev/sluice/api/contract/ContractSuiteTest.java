package dev.sluice.api.contract;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** The suite on the smallest plugin that hands over its state. */
class ContractSuiteTest extends PluginContract {
    @Help("one piece of leased memory")
    @Parameter(name = "size", type = ParameterType.SIZE, required = true, magic = true, help = "size of the disk")
    private static final class OneLease implements NbdPlugin {
        private int size;
        private LayerContext context;
        private Lease lease;

        @Override
        public void configure(Parameters parameters) {
            size = (int) parameters.size("size");
        }

        @Override
        public void ready(LayerContext c) {
            context = c;
        }

        @Override
        public boolean exclusive() {
            return true;
        }

        @Override
        public synchronized NbdDevice open(OpenRequest request) throws IOException {
            if (lease == null) {
                lease = context.buffers().zeroed(size);
            }
            return new OneLeaseDevice(lease);
        }

        @Override
        public Optional<HandOver> release() {
            Optional<HandOver> state = lease == null ? Optional.empty() : Optional.of(new HandOver("one", 1, Map.of("lease", lease)));
            lease = null;
            return state;
        }

        @Override
        public void adopt(HandOver state) {
            lease = (Lease) state.state().get("lease");
        }

        @Override
        public void close() {
            if (lease != null) {
                lease.close();
            }
        }
    }

    private record OneLeaseDevice(Lease lease) implements NbdDevice {
        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(lease.memory().capacity()).flush(true).zero(Support.EMULATE).multiConn(true).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            reply.lease(lease, (int) offset, length);
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) {
            lease.memory().duplicate().position((int) offset).put(data);
        }

        @Override
        public void flush() {
            // memory is as stable as it gets
        }
    }

    @BeforeEach
    void writeReadme() throws IOException {
        Files.writeString(directory.resolve("README.md"), """
                ## Synopsis
                ## Description
                ## Parameters

                | Parameter | Type | Default | Meaning |
                | --- | :-- | --- | --- |
                | `size=` | size | required | size of the disk |

                ## Limits
                ## See also
                """);
    }

    @Override
    protected Path moduleDirectory() {
        return directory;
    }

    @Override
    protected NbdPlugin newKind() {
        return new OneLease();
    }

    @Override
    protected String kindName() {
        return "one";
    }

    @Override
    protected List<String> words() {
        return List.of("100001");
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[100_001];
    }
}
