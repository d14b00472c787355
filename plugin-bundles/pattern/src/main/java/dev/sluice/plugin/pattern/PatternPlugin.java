package dev.sluice.plugin.pattern;

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

/** A read-only disk where every eight bytes hold their own offset, so that a wrong byte tells where it came from. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("pattern")
@Help("read-only disk where every 8 bytes hold their offset")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
public class PatternPlugin implements NbdPlugin {
    private long size;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new PatternDevice(size);
    }
}
