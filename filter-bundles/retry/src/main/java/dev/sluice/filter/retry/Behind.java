package dev.sluice.filter.retry;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * The device behind, which is closed and opened again after a failure. For one request at a time, which is what the
 * filter's thread model promises.
 */
final class Behind {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.retry");

    private final NextLayer layer;
    private final OpenRequest request;
    private final Patience patience;
    private NbdDevice device;
    private boolean forcedReadOnly;
    private int made;
    private Duration wait;
    /** Of the device that was open last; -1 before the first. */
    private long lastSize = -1;

    Behind(NextLayer layer, OpenRequest request, Patience patience) {
        this.layer = layer;
        this.request = request;
        this.patience = patience;
    }

    /** Whether a failure has made it read-only, which it stays. */
    boolean isForcedReadOnly() {
        return forcedReadOnly;
    }

    void forceReadOnly(boolean yes) {
        forcedReadOnly = yes;
    }

    /** The first time, which is tried as often as a request. */
    void open() throws IOException {
        begin();
        while (device == null) {
            try {
                device = opened();
            } catch (IOException e) {
                again("open", e);
            }
        }
    }

    /** A new request, which has all attempts before it. */
    void begin() {
        made = 0;
        wait = patience.delay();
    }

    /** The device; it is prepared. */
    NbdDevice device() throws NbdException {
        if (device == null) {
            throw closed();
        }
        return device;
    }

    private static NbdException closed() {
        return new NbdException(NbdError.ESHUTDOWN, "what is behind could not be opened again");
    }

    /**
     * After a failure: waits, closes the device and opens it again. If that fails it counts as one more attempt.
     *
     * @param failure of the request
     * @throws IOException the failure if no attempt is left or the device must close; ESHUTDOWN if what is behind could
     *     not be opened
     */
    void again(String operation, IOException failure) throws IOException {
        IOException last = failure;
        while (true) {
            if (made >= patience.retries() || request.cancellation().isCancelled()) {
                throw last;
            }
            made++;
            IOException shown = last;
            LOG.log(Level.DEBUG, () -> operation + " failed (" + shown.getMessage() + "), retry " + made + " of " + patience.retries()
                    + " in " + wait.toMillis() + " ms");
            try {
                request.cancellation().sleep(wait);
            } catch (NbdException cancelled) {
                // what went wrong says more than that there is no time left to try again
                throw last;
            }
            wait = patience.after(wait);
            close();
            forcedReadOnly |= patience.readOnly();
            try {
                device = opened();
                return;
            } catch (IOException e) {
                last = new NbdException(NbdError.ESHUTDOWN, "what is behind can't be opened again: " + e.getMessage(), e);
            }
        }
    }

    private NbdDevice opened() throws IOException {
        return layer.open(request.withReadOnly(request.readOnly() || forcedReadOnly));
    }

    private void close() {
        NbdDevice old = device;
        device = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing what has failed", e);
            }
        }
    }

    /** Says so if the disk is another size now: requests beyond its end will fail. */
    void compare(DeviceInfo promised) throws NbdException {
        long now = device().info().size();
        boolean news = now != lastSize;
        lastSize = now;
        if (news && now != promised.size()) {
            LOG.log(Level.WARNING, "retry: what was opened again has " + now + " bytes; the client was told " + promised.size());
        }
    }
}
