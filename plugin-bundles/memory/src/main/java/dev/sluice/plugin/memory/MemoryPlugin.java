package dev.sluice.plugin.memory;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * A sparse RAM disk that all clients of an export share. It is made when the first client opens it and goes with the
 * layer; in a swap every byte stays where it is.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("memory")
@Help("sparse RAM disk, shared by all clients and lost at the end")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
@Parameter(name = "allocator", choices = {"sparse", "malloc", "zstd"}, defaultValue = "sparse",
        help = "how memory is found: sparse; malloc is the same here; zstd is not supported")
public class MemoryPlugin implements NbdPlugin {
    private static final System.Logger LOG = System.getLogger(MemoryPlugin.class.getName());
    private static final String FORMAT = "dev.sluice.plugin.memory";
    private static final int VERSION = 1;

    private final Supplier<Optional<LibC>> libc;
    private long size;
    private LayerContext context;

    private final Object lock = new Object();
    /** Guarded by lock; null until the first client, and after a release. */
    private Store store;
    /** Guarded by lock; what was released, to be known again when the swap is rolled back. */
    private Store released;
    /** Guarded by lock. */
    private boolean gone;

    /** As the component runtime makes it. */
    public MemoryPlugin() {
        this(LibC::find);
    }

    /** With another way to a C library; for tests of what is left without. */
    MemoryPlugin(Supplier<Optional<LibC>> libc) {
        this.libc = libc;
    }

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
        if (parameters.string("allocator").equals("zstd")) {
            throw new ConfigException("allocator=zstd is not supported: there is no compressed memory here, use allocator=sparse");
        }
    }

    @Override
    public void ready(LayerContext layerContext) {
        context = layerContext;
        // Loading the C library takes longer than all else that this plugin does; let it happen before the first
        // client comes, and without holding up the start of the server.
        context.tasks().parallel().submit(libc::get);
    }

    /** Devices only make sense on the memory of the predecessor. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        synchronized (lock) {
            if (gone) {
                throw new NbdException(NbdError.ESHUTDOWN, "the memory of this disk was handed over to another object");
            }
            if (store == null) {
                store = create();
            }
            return new MemoryDevice(store, size, request.readOnly());
        }
    }

    private Store create() throws IOException {
        Optional<Store> made = FileStore.inMemoryFile(context, size, libc.get());
        if (made.isEmpty()) {
            made = FileStore.inSharedMemory(context, size, libc.get());
        }
        Store result = made.orElseGet(() -> PageStore.create(context, size));
        if (!result.isSparse()) {
            String reason = LibC.whyAbsent().isEmpty() ? "there is no /proc" : LibC.whyAbsent();
            LOG.log(Level.WARNING, "memory: trim, quick zeroing and extents are not available: " + reason);
        }
        return result;
    }

    @Override
    public Optional<HandOver> release() {
        synchronized (lock) {
            gone = true;
            released = store;
            store = null;
            Map<String, Object> state = released == null ? Map.of("size", size) : released.state();
            return Optional.of(new HandOver(FORMAT, VERSION, state));
        }
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("memory takes over a disk of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        long given = (Long) state.state().get("size");
        if (given != size) {
            throw new ConfigException("size=" + size + " is not the size of the disk in use, which has " + given + " bytes");
        }
        synchronized (lock) {
            if (store != null) {
                throw new ConfigException("memory can't take over a disk after its own was opened");
            }
            gone = false;
            store = from(state.state());
            released = null;
        }
    }

    /** Guarded by lock. */
    private Store from(Map<String, Object> state) {
        if (released != null && released.takeBack(state)) {
            return released;
        }
        if (state.containsKey("channels")) {
            return FileStore.adopt(context, state, libc.get());
        }
        return state.containsKey("pages") ? PageStore.adopt(context, state) : null;
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            gone = true;
            if (store != null) {
                store.close();
                store = null;
            }
        }
    }
}
