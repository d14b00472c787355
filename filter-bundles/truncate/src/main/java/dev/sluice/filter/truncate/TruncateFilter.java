package dev.sluice.filter.truncate;

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

/** Changes the size. It is worked out anew for each connection, from what the layer behind has then. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("truncate")
@Help("changes the size")
@Parameter(name = "truncate", type = ParameterType.SIZE, help = "the size; without: that of the layer behind")
@Parameter(name = "round-up", type = ParameterType.SIZE, help = "round the size up to a multiple of this power of 2")
@Parameter(name = "round-down", type = ParameterType.SIZE, help = "round the size down to a multiple of this power of 2")
public class TruncateFilter implements NbdFilter {
    private NewSize newSize;

    @Override
    public void configure(Parameters parameters) {
        newSize = NewSize.from(parameters);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new TruncateDevice(next.open(request), newSize);
    }
}
