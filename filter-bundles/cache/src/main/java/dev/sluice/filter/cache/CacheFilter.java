package dev.sluice.filter.cache;

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
import dev.sluice.shared.requestlock.OneAtATime;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Keeps blocks of a slow disk in a temporary file, and writes in them until a flush. In a swap the successor goes on with the
 * same file and the same dirty blocks; taken out of a chain the filter brings them home first.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("cache")
@Help("keeps blocks in a temporary file")
@Parameter(name = "cache", choices = {"writeback", "writethrough", "unsafe"}, defaultValue = "writeback",
        help = "writes come home with a flush, at once, or some time")
@Parameter(name = "cache-min-block-size", type = ParameterType.SIZE, defaultValue = "64K",
        help = "the unit of the cache at least: a power of 2 from 4K to 32M")
@Parameter(name = "cache-max-size", type = ParameterType.SIZE, help = "how large the cache may become, for each export name")
@Parameter(name = "cache-high-threshold", type = ParameterType.INTEGER, defaultValue = "95",
        help = "from this percentage of the largest size on blocks are given up")
@Parameter(name = "cache-low-threshold", type = ParameterType.INTEGER, defaultValue = "80", help = "until it has this percentage again")
@Parameter(name = "cache-on-read", defaultValue = "false",
        help = "reads are kept, too: a boolean, or a file name (/PATH) to do so while that file exists")
public class CacheFilter implements NbdFilter {
    private static final System.Logger LOG = System.getLogger(CacheFilter.class.getName());

    private Settings settings;
    private LayerContext context;
    private Caches caches;

    @Override
    public void configure(Parameters parameters) {
        settings = Settings.from(parameters);
    }

    @Override
    public void ready(LayerContext given) {
        context = given;
        caches = new Caches(given, settings);
    }

    /** Devices only make sense on the caches of the predecessor. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new CacheDevice(caches, settings, context, new OneAtATime(next.open(request), request), request);
    }

    @Override
    public void leave(NbdDevice device, boolean force) throws IOException {
        CacheDevice cached = (CacheDevice) device;
        try {
            if (cached.info().isWritable() || cached.cache().isDirty()) {
                cached.home();
            }
        } catch (IOException e) {
            if (!force) {
                throw e;
            }
            LOG.log(Level.WARNING, "cache: dirty blocks are lost, as the operator insists: " + e.getMessage());
        }
    }

    /** After the devices: what is dirty now could not be brought home by any of them. */
    @Override
    public void leave(boolean force) throws NbdException {
        Optional<String> dirty = caches.dirty();
        if (dirty.isPresent() && !force) {
            throw new NbdException(NbdError.EPERM, "cache holds dirty blocks, " + dirty.get()
                    + ", and nobody has it open for writing; connect a client, then remove the cache, or use force to lose them");
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(caches.release());
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        caches.adopt(state);
    }

    @Override
    public void close() throws IOException {
        if (caches != null) {
            caches.close();
        }
    }
}
