package dev.sluice.filter.rate;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Failures;
import dev.sluice.api.util.Sizes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One of the limits: how many bits a second, as the parameter says, or as the file says once there was one. Safe for use
 * by several threads.
 */
final class Limit {
    /** How long what was read is good enough: a file must not be read for each of many small requests. */
    static final long STALE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.rate");
    private static final int LONGEST = 256;

    private final String name;
    private final double burst;
    private final Optional<Path> file;
    private final AtomicLong nextLook = new AtomicLong();
    private volatile long rate;
    /** Whether the rate came from the file at some time. */
    private volatile boolean fromFile;
    private volatile boolean looked;
    private volatile String complaint = "";

    Limit(String name, long rate, double burst, Optional<Path> file) {
        this.name = name;
        this.rate = rate;
        this.burst = burst;
        this.file = file;
    }

    /** Bits per second; 0: no limit. */
    long rate() {
        return rate;
    }

    /** Seconds of the rate. */
    double burst() {
        return burst;
    }

    /** Whether there is no limit and never will be one. */
    boolean isOff() {
        return rate == 0 && file.isEmpty();
    }

    /** Reads the file again if the last look was some time ago. */
    void look(long now) {
        if (file.isEmpty()) {
            return;
        }
        long due = nextLook.get();
        if (looked && now - due < 0 || !nextLook.compareAndSet(due, now + STALE)) {
            return;
        }
        looked = true;
        try {
            rate = read(file.get());
            fromFile = true;
            complaint = "";
        } catch (NoSuchFileException e) {
            // not yet or no longer there: what was last said goes on
            complaint = "";
        } catch (IOException e) {
            complain(file.get() + ": can't be read: " + Failures.reason(e));
        } catch (ConfigException e) {
            complain(e.getMessage());
        }
    }

    /** Takes over what the layer before had from its file, if that has gone since. */
    void inherit(OptionalLong before) {
        if (file.isPresent() && !fromFile && before.isPresent()) {
            rate = before.getAsLong();
        }
    }

    private static long read(Path path) throws IOException {
        String line;
        try (InputStream in = Files.newInputStream(path)) {
            line = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
        }
        try {
            return Sizes.parse(line);
        } catch (ConfigException e) {
            throw new ConfigException(path + ": its first line is '" + line + "': " + e.getMessage(), e);
        }
    }

    private void complain(String text) {
        if (!text.equals(complaint)) {
            complaint = text;
            LOG.log(System.Logger.Level.WARNING, name + "-file=" + text + "; the limit stays at "
                    + (rate == 0 ? "none" : rate + " bits per second"));
        }
    }
}
