package dev.sluice.filter.timelimit;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.OpenRequest;
import dev.sluice.shared.devices.AroundDevice;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Looks at the clock before each request. In a swap the time goes on. */
final class TimeLimitDevice extends AroundDevice {
    private static final String FORMAT = "dev.sluice.filter.time-limit.connection";
    private static final int VERSION = 1;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.time-limit");

    private final long limit;
    private final OpenRequest request;
    private volatile long start;
    private volatile boolean over;

    TimeLimitDevice(NbdDevice next, Duration limit, OpenRequest request, long start) {
        super(next);
        this.limit = limit.toNanos();
        this.request = request;
        this.start = start;
    }

    @Override
    protected boolean enter() throws NbdException {
        if (limit == 0 || request.clock().getAsLong() - start < limit) {
            return true;
        }
        if (!over) {
            over = true;
            LOG.log(System.Logger.Level.INFO, "connection " + request.client().connection() + " (" + request.client().peer()
                    + ") has been there for " + text() + " and is sent away");
            request.client().disconnect(false);
        }
        throw new NbdException(NbdError.ESHUTDOWN, "connected for longer than " + text());
    }

    private String text() {
        return limit / 1e9 + " s";
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("start", start)));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || !(state.state().get("start") instanceof Long before)) {
            throw new ConfigException("time-limit: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        start = before;
    }
}
