package dev.sluice.filter.cow;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.Sizes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The overlays of one layer: one for each export name that clients have asked for, shared by the clients of that name. An
 * overlay with changes stays when its clients go; one without, or one that is kept in a file, is closed. Safe for use by several threads.
 */
final class Overlays {
    static final String FORMAT = "dev.sluice.filter.cow";
    static final int VERSION = 1;
    /** Names come from clients, so there must be a limit. */
    static final int MAX = 1000;

    private final LayerContext context;
    private final int blockSize;
    private final Optional<Path> keep;
    /** Guarded by this. */
    private final Map<String, Entry> entries = new HashMap<>();
    /** Guarded by this: a successor has everything. */
    private boolean released;

    /**
     * None yet.
     *
     * @param keep the file for the one overlay that outlives the server; empty: overlays are temporary
     */
    Overlays(LayerContext context, int blockSize, Optional<Path> keep) {
        this.context = context;
        this.blockSize = blockSize;
        this.keep = keep;
    }

    /** An overlay and how many devices use it. */
    private static final class Entry {
        final Overlay overlay;
        int users;

        Entry(Overlay overlay) {
            this.overlay = overlay;
        }
    }

    /**
     * The overlay for one more device, which gives it back with {@link #detach}.
     *
     * @param behind the device that it will stand in front of, prepared
     * @param told the size that the client knows already, if it came from a predecessor of this layer
     */
    synchronized Overlay attach(String export, NbdDevice behind, OptionalLong told) throws IOException {
        if (released) {
            throw new NbdException(NbdError.ESHUTDOWN, "the overlays were handed over to another object");
        }
        long size = behind.info().size();
        Entry entry = entries.get(export);
        if (entry == null) {
            if (entries.size() >= MAX) {
                throw new NbdException(NbdError.ENOMEM, "cow has overlays for " + MAX + " export names already, which is its limit");
            }
            entry = new Entry(made(export, told.orElse(size)));
            entries.put(export, entry);
        }
        try {
            if (entry.users == 0 && told.isEmpty()) {
                resize(entry.overlay, behind, size);
            }
        } catch (IOException | RuntimeException e) {
            dropIfUnused(entry);
            throw e;
        }
        if (size < entry.overlay.size()) {
            dropIfUnused(entry);
            throw new NbdException(NbdError.EINVAL, "the layer behind has " + size + " bytes, less than the " + entry.overlay.size()
                    + " that the overlay of export '" + export + "' was made for");
        }
        entry.users++;
        return entry.overlay;
    }

    /** The name of an export whose overlay has changes, if there is one. */
    synchronized Optional<String> firstWithChanges() {
        return entries.entrySet().stream().filter(e -> !e.getValue().overlay.isClean()).map(Map.Entry::getKey).sorted().findFirst();
    }

    private Overlay made(String export, long size) throws IOException {
        Overlay overlay = new Overlay(export, context, blockSize, size);
        if (keep.isPresent()) {
            if (!entries.isEmpty()) {
                throw new NbdException(NbdError.EINVAL, "cow-file=" + keep.get() + ": it belongs to export '"
                        + entries.keySet().iterator().next() + "', not to '" + export + "'");
            }
            KeptFile file = KeptFile.open(context, keep.get(), export, blockSize, size);
            try {
                overlay.keepIn(file);
            } catch (IOException | RuntimeException e) {
                file.data().close();
                throw e;
            }
        }
        return overlay;
    }

    private static void resize(Overlay overlay, NbdDevice behind, long size) throws IOException {
        if (overlay.size() == size) {
            return;
        }
        if (overlay.isClean()) {
            overlay.resize(size);
        } else if (size > overlay.size()) {
            overlay.grow(behind, size);
        }
    }

    synchronized void detach(Overlay overlay) throws IOException {
        Entry entry = entries.get(overlay.export());
        if (entry != null && entry.overlay == overlay) {
            entry.users--;
            dropIfUnused(entry);
        }
    }

    /** Guarded by this. */
    private void dropIfUnused(Entry entry) throws IOException {
        if (entry.users == 0 && !released && (entry.overlay.isClean() || entry.overlay.isKept())) {
            entries.remove(entry.overlay.export());
            entry.overlay.close();
        }
    }

    synchronized HandOver release() {
        released = true;
        Map<String, Object> all = new HashMap<>();
        for (Entry entry : entries.values()) {
            if (!entry.overlay.isClean() || entry.overlay.isKept()) {
                all.put(entry.overlay.export(), entry.overlay.release());
            }
        }
        return new HandOver(FORMAT, VERSION, Map.of("block-size", blockSize, "cow-file", keptIn(), "overlays", all));
    }

    /** As text, because a path of another file system could be of a bundle's own class. */
    private String keptIn() {
        return keep.map(Path::toString).orElse("");
    }

    /** Checks everything first, so that a refused state is still whole when the predecessor gets it back. */
    synchronized void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("cow takes over overlays of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        Map<?, ?> all = (Map<?, ?>) state.state().get("overlays");
        int given = (Integer) state.state().get("block-size");
        if (given != blockSize && !all.isEmpty()) {
            throw new ConfigException("cow-block-size=" + Sizes.format(blockSize) + " can't be used: the overlay in use has blocks of "
                    + Sizes.format(given));
        }
        String file = (String) state.state().get("cow-file");
        if (!file.equals(keptIn()) && !all.isEmpty()) {
            throw new ConfigException("cow-file=" + keptIn() + " can't be used: the overlay in use is " + (file.isEmpty() ? "temporary"
                    : "kept in " + file));
        }
        released = false;
        for (Map.Entry<?, ?> e : all.entrySet()) {
            String export = (String) e.getKey();
            Entry entry = entries.computeIfAbsent(export, name -> new Entry(new Overlay(name, context, blockSize, 0)));
            entry.overlay.adopt((Map<?, ?>) e.getValue());
        }
    }

    synchronized void close() throws IOException {
        released = true;
        IOException failure = null;
        for (Entry entry : entries.values()) {
            try {
                entry.overlay.close();
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
