package dev.sluice.filter.cache;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The caches of one layer: one for each export name that clients have asked for, shared by the clients of that name. They
 * stay when the clients go. Safe for use by several threads.
 */
final class Caches {
    static final String FORMAT = "dev.sluice.filter.cache";
    static final int VERSION = 1;
    /** Names come from clients, so there must be a limit. */
    static final int MAX = 1000;

    private final LayerContext context;
    private final Settings settings;
    /** Guarded by this. */
    private final Map<String, Shared> entries = new HashMap<>();
    /** Guarded by this: a successor has everything. */
    private boolean released;

    Caches(LayerContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
    }

    /** A cache and its workers. */
    static final class Shared {
        final Cache cache;
        final Homing homing;
        final Writing writing;
        /** Guarded by the caches. */
        int users;

        Shared(Cache cache) {
            this.cache = cache;
            homing = new Homing(cache);
            writing = new Writing(cache, homing);
            cache.reclaim().use(homing);
        }
    }

    /**
     * The cache for one more device, which gives it back with {@link #detach}.
     *
     * @param told the size that the client knows already, if it came from a predecessor of this layer
     */
    synchronized Shared attach(String export, Behind behind, OptionalLong told) throws IOException {
        if (released) {
            throw new NbdException(NbdError.ESHUTDOWN, "the cache was handed over to another object");
        }
        long size = behind.info().size();
        Shared entry = entries.get(export);
        if (entry == null) {
            makeRoom();
            int block = Math.max(settings.minBlockSize(), behind.info().blockSizes().minimum());
            entry = new Shared(new Cache(export, context, settings, block, told.orElse(size)));
            entries.put(export, entry);
        } else if (entry.users == 0 && told.isEmpty() && size != entry.cache.size()) {
            if (entry.cache.isDirty()) {
                throw new NbdException(NbdError.EIO, "the layer behind has " + size + " bytes, and the cache of export '" + export
                        + "' has " + entry.homing.amount() + " of dirty blocks for one of " + entry.cache.size());
            }
            entry.cache.resize(size);
        }
        if (size < entry.cache.size()) {
            throw new NbdException(NbdError.EINVAL, "the layer behind has " + size + " bytes, less than the " + entry.cache.size()
                    + " that other clients of export '" + export + "' were told");
        }
        entry.users++;
        entry.cache.devices().add(behind);
        return entry;
    }

    /** A cache that nobody uses goes if there are too many. */
    private void makeRoom() throws IOException {
        if (entries.size() < MAX) {
            return;
        }
        for (Shared s : entries.values()) {
            if (s.users == 0 && !s.cache.isDirty()) {
                entries.remove(s.cache.export());
                s.cache.close();
                return;
            }
        }
        throw new NbdException(NbdError.ENOMEM, "there are caches for " + MAX + " export names already, which is the limit");
    }

    /** A device goes. Returns whether nobody is left who could bring blocks home. */
    synchronized boolean detach(Shared shared, Behind behind) {
        if (shared.cache.devices().remove(behind)) {
            shared.users--;
        }
        return shared.cache.devices().stream().noneMatch(d -> d.info().isWritable());
    }

    /** What is not home, in words, if there is anything. */
    synchronized Optional<String> dirty() {
        return entries.values().stream().filter(s -> s.cache.isDirty()).findFirst()
                .map(s -> s.homing.amount() + " of export '" + s.cache.export() + "'");
    }

    synchronized HandOver release() {
        released = true;
        Map<String, Object> all = new HashMap<>();
        entries.forEach((name, s) -> all.put(name, s.cache.release()));
        return new HandOver(FORMAT, VERSION, Map.of("caches", all));
    }

    synchronized void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("cache: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        released = false;
        for (Map.Entry<?, ?> e : ((Map<?, ?>) state.state().get("caches")).entrySet()) {
            Map<?, ?> given = (Map<?, ?>) e.getValue();
            Shared entry = entries.computeIfAbsent((String) e.getKey(), name -> new Shared(new Cache(name, context, settings,
                    (Integer) given.get("block-size"), (Long) given.get("size"))));
            entry.cache.adopt(given);
        }
    }

    synchronized void close() throws IOException {
        released = true;
        IOException failure = null;
        for (Shared s : entries.values()) {
            try {
                s.cache.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        entries.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
