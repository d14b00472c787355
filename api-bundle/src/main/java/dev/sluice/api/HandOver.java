package dev.sluice.api;

import java.util.Map;
import java.util.Objects;

/**
 * State that a layer or device passes to its successor in a swap.
 *
 * <p>The values must be JDK types (numbers, strings, byte arrays, buffers, lists, maps) or what the core made
 * ({@link Lease}, {@link SharedFile}): the core walks them and refuses any class that a plugin's or filter's own
 * loader defined, because such an object would keep the old code alive. What no successor takes, because the export ends, the
 * core gives back: it closes leases, shared files and everything else that is {@link java.io.Closeable}, such as a socket.
 *
 * @param format names what the state means, such as {@code dev.sluice.plugin.memory}
 * @param version of the format; a successor should understand its own and the one before
 * @param state the values; the receiver owns references in it
 */
public record HandOver(String format, int version, Map<String, Object> state) {
    /** Nothing may be null. */
    public HandOver {
        Objects.requireNonNull(format);
        state = Map.copyOf(state);
    }
}
