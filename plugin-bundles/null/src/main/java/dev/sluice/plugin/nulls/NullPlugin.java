package dev.sluice.plugin.nulls;

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

/** A disk that reads as zero and forgets what is written: for tests of clients, filters and the way in between. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("null")
@Help("reads zeroes and drops writes")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, defaultValue = "0", help = "size of the disk")
public class NullPlugin implements NbdPlugin {
    private long size;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new NullDevice(size, request.readOnly());
    }
}
