package dev.sluice.shared.requestlock;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import dev.sluice.shared.devices.AroundDevice;

/**
 * The device behind a filter that calls it not only for requests of its own connection: also for those of others, or in the
 * background for the whole layer. Where each connection may have one request at a time, nobody but the filter knows of those
 * calls, so they wait here for each other. Stricter thread models let one call in of all connections, the others any number:
 * then there is nothing to wait for. Safe for use by several threads.
 */
public final class OneAtATime extends AroundDevice {
    private final OpenRequest request;
    private final RequestLock lock = new RequestLock();

    /**
     * In front of a device.
     *
     * @param request what the filter's own device was opened with
     */
    public OneAtATime(NbdDevice next, OpenRequest request) {
        super(next);
        this.request = request;
    }

    @Override
    protected boolean enter() throws NbdException {
        if (request.threadModel() != ThreadModel.SERIALIZE_REQUESTS) {
            return false;
        }
        lock.take(request.cancellation());
        return true;
    }

    @Override
    protected void leave(boolean entered) {
        if (entered) {
            lock.giveBack();
        }
    }
}
