package dev.sluice.api.contract;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One client's open device on the layer under test, with shorthands for requests. */
public final class Connection {
    private final LayerHarness harness;
    private final TestOpenRequest request;
    private final List<CheckedDevice> behind = new ArrayList<>();
    private NbdDevice device;
    private DeviceInfo info;

    Connection(LayerHarness harness, TestOpenRequest request) {
        this.harness = harness;
        this.request = request;
    }

    /**
     * Opens and prepares, from the plugin outwards; on failure closes what is open. A device that takes over state gets
     * it before it is prepared, so that it knows that its client is not new.
     */
    void open(NbdLayer layer, Optional<HandOver> state) throws Exception {
        boolean[] opened = {false};
        try {
            if (layer instanceof NbdFilter filter) {
                device = filter.open(request, harness.next().forConnection(behind, opened));
            } else {
                device = ((NbdPlugin) layer).open(request);
            }
            opened[0] = true;
            for (CheckedDevice d : List.copyOf(behind)) {
                if (!d.isPrepared()) {
                    d.prepare();
                }
            }
            if (state.isPresent()) {
                device.adopt(state.get());
            }
            device.prepare();
            info = device.info();
        } catch (Exception | Error e) {
            close(false);
            throw e;
        }
    }

    /** Closes, from the client inwards; finish only in a normal end. */
    void close(boolean finish) throws IOException {
        try {
            if (finish) {
                device.finish();
                for (CheckedDevice d : List.copyOf(behind)) {
                    if (!d.isClosed()) {
                        d.finish();
                    }
                }
            }
        } finally {
            request.cancellation().cancel("the device is closed");
            request.tasks().end();
            try {
                if (device != null) {
                    device.close();
                }
            } finally {
                for (CheckedDevice d : behind) {
                    d.close();
                }
            }
        }
    }

    /** The device itself. */
    public NbdDevice device() {
        return device;
    }

    /** What it was opened with. */
    public TestOpenRequest request() {
        return request;
    }

    /** Asked once, after prepare, as the core does. */
    public DeviceInfo info() {
        return info;
    }

    /** The devices that a filter opened behind itself. */
    public List<CheckedDevice> behind() {
        return List.copyOf(behind);
    }

    /** Reads and checks the reply's rules; a failed read leaves nothing held. */
    public byte[] read(long offset, int length) throws IOException {
        return readReply(offset, length).bytes();
    }

    /** As {@link #read}, with the kinds of pieces that the reply was made of. */
    public Answer readReply(long offset, int length) throws IOException {
        RecordingReply reply = new RecordingReply(length);
        try {
            device.read(offset, length, reply);
        } catch (IOException | RuntimeException | Error e) {
            reply.rewind(length);
            throw e;
        }
        return new Answer(reply.finish(), reply.kinds());
    }

    /**
     * The answer of a read.
     *
     * @param bytes all of them
     * @param kinds of the pieces, in order
     */
    public record Answer(byte[] bytes, List<RecordingReply.Kind> kinds) {
    }

    /** The whole device, at most 64 MiB, in pieces that the device allows. */
    public byte[] readAll() throws IOException {
        if (info.size() > 64 << 20) {
            throw new AssertionError("the contract needs a device of at most 64 MiB, not " + info.size() + " bytes: see words()");
        }
        ByteBuffer all = ByteBuffer.allocate((int) info.size());
        while (all.hasRemaining()) {
            all.put(read(all.position(), Math.min(1 << 20, all.remaining())));
        }
        return all.array();
    }

    /** Writes from a buffer that is checked to be unchanged afterwards. */
    public void write(long offset, byte[] bytes, Flags flags) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        device.write(offset, data.duplicate(), flags);
        if (!data.equals(ByteBuffer.wrap(bytes))) {
            throw new AssertionError("write changed the bytes that it was given");
        }
    }

    /** Asks for base:allocation and checks the sink's rules. */
    public List<RecordingSink.Extent> status(long offset, long length, Flags flags) throws IOException {
        RecordingSink sink = new RecordingSink(offset, length, info.size(), flags.reqOne());
        device.status(MetaContext.BASE_ALLOCATION, offset, length, flags, sink);
        sink.assertCovered();
        return sink.extents();
    }

    /** Ends it in order: finish, then close. */
    public void disconnect() throws IOException {
        harness.forget(this);
        close(true);
    }
}
