package dev.sluice.filter.fua;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Changes what clients are told of flush and FUA, and what becomes of both. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("fua")
@Help("changes what clients are told of flush and FUA")
@Parameter(name = "fuamode", choices = {"none", "emulate", "native", "force", "pass", "discard"}, defaultValue = "none",
        help = "what becomes of FUA and flush")
@Parameter(name = "flush-on-close", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "flush when a client leaves, whatever the mode")
public class FuaFilter implements NbdFilter {
    private FuaMode mode;
    private boolean flushOnClose;

    @Override
    public void configure(Parameters parameters) {
        mode = FuaMode.of(parameters.string("fuamode"));
        flushOnClose = parameters.bool("flush-on-close");
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new FuaDevice(next.open(request), mode, flushOnClose, request.readOnly());
    }

    /** The filter that is taken out will see no end of the connection. */
    @Override
    public void leave(NbdDevice device, boolean force) throws IOException {
        ((FuaDevice) device).finish();
    }
}
