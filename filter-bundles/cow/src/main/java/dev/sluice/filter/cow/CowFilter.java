package dev.sluice.filter.cow;

import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.Sizes;
import dev.sluice.shared.blocks.OnRead;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Makes a disk writable without touching it: changes go into a temporary overlay. In a swap the successor goes on with the
 * same overlays.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("cow")
@Help("keeps writes in a temporary overlay and leaves what is behind untouched")
@Parameter(name = "cow-block-size", type = ParameterType.SIZE, defaultValue = "64K",
        help = "the unit of the overlay: a power of 2 from 4K to 1G")
@Parameter(name = "cow-on-cache", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "cache hints copy blocks into the overlay")
@Parameter(name = "cow-on-read", defaultValue = "false",
        help = "reads copy blocks into the overlay: a boolean, or a file name (/PATH) to do so while that file exists")
@Parameter(name = "cow-file", type = ParameterType.PATH,
        help = "keep the overlay in this file, so that it outlives the server; for one export name")
public class CowFilter implements NbdFilter {
    private static final System.Logger LOG = System.getLogger(CowFilter.class.getName());
    private static final long MIN_BLOCK = 4096;
    private static final long MAX_BLOCK = 1L << 30;

    private final AtomicBoolean warned = new AtomicBoolean();
    private int blockSize;
    private boolean copyOnCache;
    private OnRead copyOnRead;
    private Optional<Path> keep = Optional.empty();
    private Overlays overlays;

    @Override
    public void configure(Parameters parameters) {
        long size = parameters.size("cow-block-size");
        if (size < MIN_BLOCK || size > MAX_BLOCK || Long.bitCount(size) != 1) {
            throw new ConfigException("cow: cow-block-size=" + parameters.string("cow-block-size")
                    + ": it must be a power of 2 from 4K to 1G");
        }
        blockSize = (int) size;
        keep = parameters.has("cow-file") ? Optional.of(parameters.path("cow-file")) : Optional.empty();
        copyOnCache = parameters.bool("cow-on-cache");
        copyOnRead = OnRead.parse("cow", "cow-on-read", parameters.string("cow-on-read"));
    }

    @Override
    public void ready(LayerContext context) {
        // the file itself may still be a predecessor's; it is opened for the first client
        if (keep.isPresent() && !Files.isDirectory(keep.get().getParent())) {
            throw new ConfigException("cow: cow-file=" + keep.get() + ": its directory does not exist");
        }
        overlays = new Overlays(context, blockSize, keep);
    }

    /** Devices only make sense on the overlays of the predecessor. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new CowDevice(this, overlays, next.open(request.withReadOnly(true)), request, next);
    }

    /** Without changes it may go; with changes only if they may be written into the layer behind. */
    @Override
    public void leave(NbdDevice device, boolean force) throws IOException {
        CowDevice cow = (CowDevice) device;
        Overlay overlay = cow.overlay();
        if (overlay.isClean()) {
            return;
        }
        if (!force) {
            throw new NbdException(NbdError.EPERM, "cow holds changes of export '" + overlay.export() + "' ("
                    + Sizes.format(overlay.bytes(Overlay.DATA)) + " of data, " + Sizes.format(overlay.bytes(Overlay.ZERO))
                    + " of zeroes); they would be lost. With force they are written into the layer behind.");
        }
        cow.commit();
    }

    /** After the devices: overlays that no connected client uses can't be committed, there is no device to write through. */
    @Override
    public void leave(boolean force) throws IOException {
        Optional<String> dirty = overlays.firstWithChanges();
        if (dirty.isPresent()) {
            throw new NbdException(NbdError.EPERM, "cow holds changes of export '" + dirty.get()
                    + "', which no client has open; connect a client to it, then remove cow with force");
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(overlays.release());
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        overlays.adopt(state);
    }

    boolean copyOnCache() {
        return copyOnCache;
    }

    OnRead copyOnRead() {
        return copyOnRead;
    }

    /** Says so once: the next reads are likely to meet the same. */
    void notKept(IOException e) {
        if (warned.compareAndSet(false, true)) {
            LOG.log(Level.WARNING, "cow: cow-on-read: a block can't be copied into the overlay, reads go on without: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        if (overlays != null) {
            overlays.close();
        }
    }
}
