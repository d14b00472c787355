package dev.sluice.plugin.partitioning;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Makes a partitioned disk of files. Where everything lies is fixed when the layer starts. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("partitioning")
@Help("a partitioned disk made of files")
@Parameter(name = "file", type = ParameterType.PATH, magic = true, required = true, repeatable = true,
        help = "a file that becomes a partition")
@Parameter(name = "partition-type", choices = {"mbr", "gpt"}, help = "which table; without: mbr for up to four files with less than 2T")
@Parameter(name = "alignment", type = ParameterType.SIZE, defaultValue = "1M", repeatable = true,
        help = "where the following partitions may start: multiples of this")
@Parameter(name = "mbr-id", defaultValue = "default", repeatable = true, help = "type byte of the following partitions in an MBR")
@Parameter(name = "type-guid", defaultValue = "default", repeatable = true, help = "type GUID of the following partitions in a GPT")
public class PartitioningPlugin implements NbdPlugin {
    private final Supplier<Optional<LibC>> libc;
    private List<PartFile> files;
    private List<Path> paths;
    private String type;
    private Identity identity;
    private Layout layout;

    /** As the component runtime makes it. */
    @Activate
    public PartitioningPlugin() {
        this(LibC::find);
    }

    /** With another way to a C library; for tests of what is left without. */
    PartitioningPlugin(Supplier<Optional<LibC>> libc) {
        this.libc = libc;
    }

    @Override
    public void configure(Parameters parameters) {
        files = PartFile.from(parameters);
        paths = files.stream().map(PartFile::path).toList();
        type = parameters.optional("partition-type").orElse("");
    }

    @Override
    public void ready(LayerContext context) throws IOException {
        List<Long> sizes = new ArrayList<>();
        for (Path path : paths) {
            DiskFile.problemOf(path).ifPresent(problem -> {
                throw new ConfigException("partitioning: file=" + path + " " + problem);
            });
            long size = Files.size(path);
            if (size == 0) {
                throw new ConfigException("partitioning: file=" + path + " is empty: a partition has at least one byte");
            }
            sizes.add(size);
        }
        become(Identity.of(paths, sizes));
    }

    private void become(Identity next) {
        layout = Layout.of(files, next, type);
        identity = next;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        long[] lengths = identity.sizes().stream().mapToLong(Long::longValue).toArray();
        List<DiskFile> open = DiskFiles.open(request, paths, lengths, libc.get());
        try {
            return new SegmentedDevice(layout.segments(open::get), open.stream().allMatch(DiskFile::isWritable), libc.get().isPresent());
        } catch (IOException e) {
            SegmentedDevice.close(open);
            throw e;
        }
    }

    /** The disk is another one until it has the numbers and sizes of the one before. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(identity.release());
    }

    @Override
    public void adopt(HandOver state) {
        become(identity.adopt(state));
    }
}
