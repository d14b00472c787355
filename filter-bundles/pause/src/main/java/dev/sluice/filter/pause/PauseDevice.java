package dev.sluice.filter.pause;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdDevice;
import dev.sluice.shared.devices.AroundDevice;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds the requests of one connection while paused. */
final class PauseDevice extends AroundDevice {
    private final PauseState state;
    private final Cancellation cancellation;
    private final AtomicInteger inside;

    PauseDevice(NbdDevice next, PauseState state, Cancellation cancellation) {
        super(next);
        this.state = state;
        this.cancellation = cancellation;
        this.inside = state.newCounter();
    }

    @Override
    protected boolean enter() throws IOException {
        state.enter(inside, cancellation);
        return true;
    }

    @Override
    protected void leave(boolean entered) {
        inside.decrementAndGet();
    }

    @Override
    public void close() {
        state.forget(inside);
    }
}
