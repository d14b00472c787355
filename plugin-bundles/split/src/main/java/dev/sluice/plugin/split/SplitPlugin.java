package dev.sluice.plugin.split;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.diskfiles.DiskFile;
import dev.sluice.shared.diskfiles.DiskFiles;
import dev.sluice.shared.diskfiles.SegmentedDevice;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serves files, one behind the other, as one disk. Each connection opens them anew. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("split")
@Help("files, one behind the other, as one disk")
@Parameter(name = "file", type = ParameterType.PATH, magic = true, required = true, repeatable = true,
        help = "a file; they follow each other as they are given")
public class SplitPlugin implements NbdPlugin {
    private final Supplier<Optional<LibC>> libc;
    private List<Path> paths;

    /** As the component runtime makes it. */
    @Activate
    public SplitPlugin() {
        this(LibC::find);
    }

    /** With another way to a C library; for tests of what is left without. */
    SplitPlugin(Supplier<Optional<LibC>> libc) {
        this.libc = libc;
    }

    @Override
    public void configure(Parameters parameters) {
        paths = parameters.paths("file");
    }

    @Override
    public void ready(LayerContext context) {
        for (Path path : paths) {
            DiskFile.problemOf(path).ifPresent(problem -> {
                throw new ConfigException("split: file=" + path + " " + problem);
            });
        }
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        List<DiskFile> files = DiskFiles.open(request, paths, null, libc.get());
        try {
            return new SegmentedDevice(files, files.stream().allMatch(DiskFile::isWritable), libc.get().isPresent());
        } catch (IOException e) {
            SegmentedDevice.close(files);
            throw e;
        }
    }
}
