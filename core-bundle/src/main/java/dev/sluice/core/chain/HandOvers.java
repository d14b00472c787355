package dev.sluice.core.chain;

import dev.sluice.api.HandOver;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.core.util.Failures;
import java.io.Closeable;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks into what layers hand over: only JDK types and what the core made may pass, because an object of a bundle's own
 * class would keep the old code alive, and the successor could not use it anyway.
 */
final class HandOvers {
    private HandOvers() {
    }

    static Optional<HandOver> checked(String kind, Optional<HandOver> state) throws NbdException {
        if (state == null) {
            throw new NbdException(NbdError.EIO, kind + " handed over null; Optional.empty() is meant");
        }
        if (state.isPresent()) {
            check(kind, "state", state.get().state());
        }
        return state;
    }

    private static void check(String kind, String where, Object value) throws NbdException {
        if (value instanceof Map<?, ?> map) {
            requireJdk(kind, where, value);
            for (Map.Entry<?, ?> e : map.entrySet()) {
                check(kind, where + " key", e.getKey());
                check(kind, where + "." + e.getKey(), e.getValue());
            }
        } else if (value instanceof Collection<?> items) {
            requireJdk(kind, where, value);
            for (Object item : items) {
                check(kind, where + "[]", item);
            }
        } else if (value instanceof Object[] items) {
            requireJdk(kind, where, value);
            for (Object item : items) {
                check(kind, where + "[]", item);
            }
        } else if (value != null && !(value instanceof Lease) && !(value instanceof SharedFile)) {
            requireJdk(kind, where, value);
        } else if (value != null && value.getClass().getClassLoader() != HandOvers.class.getClassLoader()) {
            throw refused(kind, where, value);
        }
    }

    private static void requireJdk(String kind, String where, Object value) throws NbdException {
        ClassLoader loader = value.getClass().getClassLoader();
        if (loader != null && loader != ClassLoader.getPlatformClassLoader()) {
            throw refused(kind, where, value);
        }
    }

    private static NbdException refused(String kind, String where, Object value) {
        return new NbdException(NbdError.EIO, kind + " hands over an object of its own class " + value.getClass().getName() + " in "
                + where + "; only JDK types, Lease and SharedFile can be handed over");
    }

    /** Gives back the references in a state that nobody takes. */
    static void discard(HandOver state) {
        if (state != null) {
            Failures failures = new Failures();
            discard(state.state(), failures);
            if (failures.first() != null) {
                System.getLogger("dev.sluice.chain").log(System.Logger.Level.WARNING,
                        "giving back handed over state: " + Failures.line(failures.first()));
            }
        }
    }

    /** Gives back the references in a state, but for those that are in the other one too: they are somebody else's. */
    static void discardAllBut(HandOver others, HandOver state) {
        if (state == null) {
            return;
        }
        Set<Object> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        if (others != null) {
            collect(others.state(), kept);
        }
        Set<Object> own = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(state.state(), own);
        own.removeAll(kept);
        Failures failures = new Failures();
        own.forEach(r -> failures.run(((AutoCloseable) r)::close));
        if (failures.first() != null) {
            System.getLogger("dev.sluice.chain").log(System.Logger.Level.WARNING,
                    "giving back state of a layer that was given up: " + Failures.line(failures.first()));
        }
    }

    private static void collect(Object value, Set<Object> found) {
        if (value instanceof Map<?, ?> map) {
            map.values().forEach(v -> collect(v, found));
        } else if (value instanceof Collection<?> items) {
            items.forEach(v -> collect(v, found));
        } else if (value instanceof Object[] items) {
            for (Object item : items) {
                collect(item, found);
            }
        } else if (isResource(value)) {
            found.add(value);
        }
    }

    /** Also what belongs to nobody else then: sockets and other channels. */
    private static boolean isResource(Object value) {
        return value instanceof Lease || value instanceof SharedFile || value instanceof Closeable;
    }

    private static void discard(Object value, Failures failures) {
        if (value instanceof Map<?, ?> map) {
            map.values().forEach(v -> discard(v, failures));
        } else if (value instanceof Collection<?> items) {
            items.forEach(v -> discard(v, failures));
        } else if (value instanceof Object[] items) {
            for (Object item : items) {
                discard(item, failures);
            }
        } else if (isResource(value)) {
            failures.run(((AutoCloseable) value)::close);
        }
    }
}
