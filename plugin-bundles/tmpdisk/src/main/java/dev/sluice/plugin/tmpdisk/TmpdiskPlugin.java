package dev.sluice.plugin.tmpdisk;

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
import java.nio.file.Path;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Makes a new file system for each client, and deletes it when the client leaves. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("tmpdisk")
@Help("a new file system for each client, deleted when it leaves")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the file system")
@Parameter(name = "type", defaultValue = "ext4", help = "the file system, as mkfs -t knows it")
@Parameter(name = "label", help = "the label of the file system")
@Parameter(name = "command", help = "makes the disk $disk of $size bytes, instead of mkfs")
@Parameter(name = "command-timeout", type = ParameterType.DELAY, defaultValue = "120", help = "how long the command may take")
@OpenParameters
public class TmpdiskPlugin implements NbdPlugin {
    private static final Set<String> NO_VARIABLES = Set.of("size", "type", "label", "command", "command-timeout");

    private final String temporary;
    private DiskCommand command;
    private Path directory;

    /** As the component runtime makes it. */
    public TmpdiskPlugin() {
        this(System.getenv("TMPDIR"));
    }

    /** With another directory for temporary files; null for that of the server. */
    TmpdiskPlugin(String temporary) {
        this.temporary = temporary;
    }

    @Override
    public void configure(Parameters parameters) {
        command = DiskCommand.of("tmpdisk", parameters, NO_VARIABLES);
    }

    @Override
    public void ready(LayerContext context) {
        directory = temporary == null || temporary.isEmpty() ? context.temporaryDirectory() : Path.of(temporary).toAbsolutePath();
    }

    /** A client keeps its disk in a change of code; a new device must know that before it makes one. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new TmpdiskDevice(command, directory, request);
    }
}
