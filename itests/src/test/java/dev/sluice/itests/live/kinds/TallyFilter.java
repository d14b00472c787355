package dev.sluice.itests.live.kinds;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Transparent;
import dev.sluice.itests.control.Script;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A filter with state, as a third party would write it: it counts writes, in all and for each connection, and both numbers
 * go on in its successor. Every flush tells the script both at the point {@code tally}.
 */
@Transparent
public class TallyFilter implements NbdFilter {
    static final String FORMAT = "tally";

    private final AtomicLong total = new AtomicLong();
    private Script script;

    /** Bound by DS. */
    public void setScript(Script value) {
        script = value;
    }

    Script script() {
        return script;
    }

    AtomicLong total() {
        return total;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new TallyDevice(this, next.open(request));
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, 1, Map.of("writes", total.get())));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        script.at("adopt", 0, 0);
        total.set((Long) state.state().get("writes"));
    }
}
