package dev.sluice.plugin.ondemand;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.newdisk.DiskCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** A directory with a file for each export name, made when a client first asks for it, and kept. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("ondemand")
@Help("a file system for each export name, made at its first use and kept")
@Parameter(name = "dir", type = ParameterType.PATH, required = true, help = "the directory with the files")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of a new file system")
@Parameter(name = "type", defaultValue = "ext4", help = "the file system, as mkfs -t knows it")
@Parameter(name = "label", help = "the label of a new file system")
@Parameter(name = "command", help = "makes the disk $disk of $size bytes, instead of mkfs")
@Parameter(name = "command-timeout", type = ParameterType.DELAY, defaultValue = "120", help = "how long the command may take")
@Parameter(name = "wait", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "a client waits for a disk that another one has, instead of being refused")
@Parameter(name = "share", type = ParameterType.BOOLEAN, defaultValue = "false", help = "several clients may write to the same disk")
@OpenParameters
public class OndemandPlugin implements NbdPlugin {
    private static final Set<String> NO_VARIABLES = Set.of("dir", "size", "type", "label", "command", "command-timeout", "wait", "share");

    private Path directory;
    private DiskDirectory disks;

    @Override
    public void configure(Parameters parameters) {
        directory = parameters.path("dir");
        DiskCommand command = DiskCommand.of("ondemand", parameters, NO_VARIABLES);
        disks = new DiskDirectory(directory, command, parameters.bool("wait"), parameters.bool("share"));
    }

    @Override
    public void ready(LayerContext context) {
        if (!Files.isDirectory(directory)) {
            throw new ConfigException("ondemand: dir=" + directory + " is not a directory");
        }
        if (!Files.isReadable(directory) || !Files.isExecutable(directory)) {
            throw new ConfigException("ondemand: dir=" + directory + " can't be read: permission denied");
        }
    }

    /** A disk has one user at a time, so the successor can't have it before this layer has let it go. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        return new OndemandDevice(disks, ExportNames.checked(request.exportName()), request);
    }

    @Override
    public String defaultExport(ClientInfo client) {
        return ExportNames.DEFAULT;
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        return ExportNames.list(directory);
    }
}
