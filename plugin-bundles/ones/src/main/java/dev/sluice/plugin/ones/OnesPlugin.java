package dev.sluice.plugin.ones;

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

/** As null, but its bytes are not zero: nothing on the way can take them for holes. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("ones")
@Help("reads the same byte everywhere and drops writes")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, defaultValue = "0", help = "size of the disk")
@Parameter(name = "byte", type = ParameterType.INTEGER, defaultValue = "0xff", help = "the byte, 0 to 255")
public class OnesPlugin implements NbdPlugin {
    private static final int MAX_BYTE = 255;

    private long size;
    private byte value;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
        value = (byte) parameters.integer("byte", 0, MAX_BYTE);
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new OnesDevice(size, value, request.readOnly());
    }
}
