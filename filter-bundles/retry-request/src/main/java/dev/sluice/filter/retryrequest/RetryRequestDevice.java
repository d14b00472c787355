package dev.sluice.filter.retryrequest;

import dev.sluice.api.Cancellation;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import dev.sluice.shared.devices.ResumingSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Makes each request again until it works or was made often enough. */
final class RetryRequestDevice implements NbdDevice {
    private final NextLayer layer;
    private final OpenRequest request;
    private final Attempts opening;
    private final Attempts attempts;
    private final Cancellation cancellation;
    private NbdDevice next;

    RetryRequestDevice(NextLayer layer, OpenRequest request, Attempts opening, Attempts attempts) {
        this.layer = layer;
        this.request = request;
        this.opening = opening;
        this.attempts = attempts;
        this.cancellation = request.cancellation();
    }

    /** Opens only now, because then the device comes prepared, and a size that can't be had is tried again as well. */
    @Override
    public void prepare() throws IOException {
        int made = 0;
        while (next == null) {
            try {
                next = layer.open(request);
            } catch (IOException e) {
                opening.next("open", made, e, cancellation);
                made++;
            }
        }
    }

    @Override
    public DeviceInfo info() {
        return next.info();
    }

    @Override
    public List<MetaContext> contexts() {
        return next.contexts();
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        int made = 0;
        while (true) {
            try {
                next.read(offset, length, reply);
                return;
            } catch (IOException e) {
                attempts.next("read", made, e, cancellation);
                made++;
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        int made = 0;
        int start = data.position();
        while (true) {
            try {
                next.write(offset, data, flags);
                return;
            } catch (IOException e) {
                attempts.next("write", made, e, cancellation);
                data.position(start);
                made++;
            }
        }
    }

    @Override
    public void flush() throws IOException {
        int made = 0;
        while (true) {
            try {
                next.flush();
                return;
            } catch (IOException e) {
                attempts.next("flush", made, e, cancellation);
                made++;
            }
        }
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        int made = 0;
        while (true) {
            try {
                next.trim(offset, length, flags);
                return;
            } catch (IOException e) {
                attempts.next("trim", made, e, cancellation);
                made++;
            }
        }
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        int made = 0;
        while (true) {
            try {
                next.zero(offset, length, flags);
                return;
            } catch (IOException e) {
                if (Attempts.isAnswer(flags, e)) {
                    throw e;
                }
                attempts.next("zero", made, e, cancellation);
                made++;
            }
        }
    }

    @Override
    public void cache(long offset, long length) throws IOException {
        int made = 0;
        while (true) {
            try {
                next.cache(offset, length);
                return;
            } catch (IOException e) {
                attempts.next("cache", made, e, cancellation);
                made++;
            }
        }
    }

    /** The first attempt goes through as it is; what it had described before it failed is not described again. */
    @Override
    public void status(MetaContext context, long offset, long length, Flags flags, StatusSink sink) throws IOException {
        ResumingSink resuming = new ResumingSink(sink, offset);
        int made = 0;
        while (true) {
            try {
                next.status(context, offset, length, flags, resuming);
                return;
            } catch (IOException e) {
                if (resuming.isFinished()) {
                    return;
                }
                attempts.next("status", made, e, cancellation);
                made++;
            }
        }
    }
}
