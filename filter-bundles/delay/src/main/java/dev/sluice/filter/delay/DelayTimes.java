package dev.sluice.filter.delay;

import dev.sluice.api.Parameters;
import dev.sluice.api.util.Delays;
import java.time.Duration;

/** How long to wait before what. */
record DelayTimes(Duration read, Duration write, Duration zero, Duration trim, Duration extents, Duration cache, Duration open,
        Duration close, boolean delayFastZero) {

    static DelayTimes from(Parameters p) {
        Duration write = Duration.ZERO;
        Duration zero = Duration.ZERO;
        Duration trim = Duration.ZERO;
        // wdelay= sets three at once, so the order of the words counts
        for (Parameters.Word word : p.words()) {
            switch (word.name()) {
                case "wdelay" -> {
                    write = Delays.parse(word.value());
                    zero = write;
                    trim = write;
                }
                case "delay-write" -> write = Delays.parse(word.value());
                case "delay-zero" -> zero = Delays.parse(word.value());
                case "delay-trim" -> trim = Delays.parse(word.value());
                default -> {
                    // the others stand for themselves
                }
            }
        }
        return new DelayTimes(p.delay("rdelay"), write, zero, trim, p.delay("delay-extents"), p.delay("delay-cache"),
                p.delay("delay-open"), p.delay("delay-close"), p.bool("delay-fast-zero"));
    }

    /** Whether fast zeroes are refused, because a zero that waits is not fast. */
    boolean refusesFastZero() {
        return !delayFastZero && !zero.isZero();
    }
}
