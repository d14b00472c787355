package dev.sluice.plugin.full;

import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** A disk that has never room for anything: what /dev/full is for files. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("full")
@Help("reads zeroes and fails every write for lack of space")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
public class FullPlugin implements NbdPlugin {
    private long size;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new FullDevice(size, request.readOnly());
    }
}
