package dev.sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers as people read them. */
final class Units {
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Units() {
    }

    /** {@code 512 B}, {@code 1.5 GiB}. */
    static String bytes(long n) {
        double value = n;
        int unit = 0;
        while (value >= 1024 && unit < SIZES.length - 1) {
            value /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(n) : String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value)) + " " + SIZES[unit];
    }

    /** {@code 0.31 ms}, {@code 12 ms}, {@code 3.2 s}. */
    static String pause(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 10) {
            return String.format(Locale.ROOT, "%.2f ms", millis);
        }
        return millis < 1000 ? String.format(Locale.ROOT, "%.0f ms", millis) : String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }

    /** {@code 3.4 us}, and above that as {@link #pause}. */
    static String latency(Duration duration) {
        return duration.toNanos() < 1_000_000 ? String.format(Locale.ROOT, "%.1f us", duration.toNanos() / 1e3) : pause(duration);
    }

    /** As a configuration says it: {@code 10s}, {@code 250ms}. */
    static String delay(Duration duration) {
        if (duration.toNanos() % 1_000_000_000 == 0) {
            return duration.toSeconds() + "s";
        }
        return duration.toNanos() % 1_000_000 == 0 ? duration.toMillis() + "ms" : duration.toNanos() + "ns";
    }

    static String time(Instant instant, ZoneId zone) {
        return TIME.format(instant.atZone(zone));
    }

    /** {@code 1 client}, {@code 2 clients}. */
    static String count(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
