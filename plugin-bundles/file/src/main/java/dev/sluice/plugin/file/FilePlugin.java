package dev.sluice.plugin.file;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.libc.Advice;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serves a file or block device, or from a directory the file that the client names as export. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("file")
@Help("a file, a block device, or the files of a directory")
@Parameter(name = "file", type = ParameterType.PATH, magic = true, help = "the file or block device to serve")
@Parameter(name = "dir", aliases = "directory", type = ParameterType.PATH, help = "a directory: the export name chooses the file in it")
@Parameter(name = "fd", help = "refused: use file=/dev/fd/N")
@Parameter(name = "dirfd", help = "refused: use dir=/dev/fd/N")
@Parameter(name = "fadvise", choices = {"normal", "random", "sequential"}, defaultValue = "normal",
        help = "what the kernel shall expect and read ahead")
@Parameter(name = "cache", choices = {"default", "none"}, defaultValue = "default",
        help = "none: keep the data out of the page cache after use")
@Parameter(name = "rdelay", help = "refused: belongs to the delay filter")
@Parameter(name = "wdelay", help = "refused: belongs to the delay filter")
public class FilePlugin implements NbdPlugin {
    private static final System.Logger LOG = System.getLogger(FilePlugin.class.getName());

    private final Supplier<Optional<LibC>> libc;
    /** Null with {@link #directory}. */
    private Path file;
    /** Null with {@link #file}. */
    private ServedDirectory directory;
    private FileOptions options;

    /** As the component runtime makes it. */
    public FilePlugin() {
        this(LibC::find);
    }

    /** With another way to a C library; for tests of what is left without. */
    FilePlugin(Supplier<Optional<LibC>> libc) {
        this.libc = libc;
    }

    @Override
    public void configure(Parameters parameters) {
        refuse(parameters);
        if (parameters.has("file") == parameters.has("dir")) {
            throw new ConfigException(parameters.has("file")
                    ? "file= and dir= were both given; exactly one of them is right"
                    : "nothing to serve: give exactly one of file=PATH and dir=DIRECTORY");
        }
        if (parameters.has("file")) {
            file = parameters.path("file");
        } else {
            directory = new ServedDirectory(parameters.path("dir"));
        }
        Advice advice = Advice.valueOf(parameters.string("fadvise").toUpperCase(Locale.ROOT));
        options = new FileOptions(advice, parameters.string("cache").equals("none"));
    }

    private static void refuse(Parameters parameters) {
        for (String key : List.of("rdelay", "wdelay")) {
            if (parameters.has(key)) {
                throw new ConfigException(key + "= is no parameter of file: add the delay filter (--filter=delay), which understands it");
            }
        }
        if (parameters.has("fd")) {
            throw new ConfigException("fd= is not supported, because Java can't take over a descriptor by its number;"
                    + " if this process has inherited it, file=/dev/fd/N names the same file");
        }
        if (parameters.has("dirfd")) {
            throw new ConfigException("dirfd= is not supported, because Java can't take over a descriptor by its number;"
                    + " if this process has inherited it, dir=/dev/fd/N names the same directory");
        }
    }

    @Override
    public void ready(LayerContext context) {
        if (file != null) {
            FileOpener.problemOf(file).ifPresent(problem -> {
                throw new ConfigException("file=" + file + " " + problem);
            });
        } else {
            directory.check();
        }
        // Before the first client, but without holding up the start: see LibC.find().
        context.tasks().parallel().submit(() -> {
            if (libc.get().isEmpty()) {
                LOG.log(Level.WARNING, "file: no trim, quick zeroing, extents, cache and fadvise: " + LibC.whyAbsent());
            }
            return null;
        });
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        if (file != null) {
            return FileOpener.open(request, file, null, libc.get(), options);
        }
        Path real = directory.resolve(request.exportName());
        return FileOpener.open(request, real, directory.realPath(), libc.get(), options);
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        return file != null ? NbdPlugin.super.exports(client) : directory.exports();
    }

    /**
     * How files are opened.
     *
     * @param advice NORMAL, RANDOM or SEQUENTIAL
     * @param evict whether data are to leave the page cache after use
     */
    record FileOptions(Advice advice, boolean evict) {
    }
}
