package dev.sluice.filter.offset;

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
import java.util.OptionalLong;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serves a part of what is behind it. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("offset")
@Help("serves a part of what is behind it")
@Parameter(name = "offset", type = ParameterType.SIZE, defaultValue = "0", help = "where the part starts")
@Parameter(name = "range", type = ParameterType.SIZE, help = "how long the part is; without: up to the end")
public class OffsetFilter implements NbdFilter {
    private long offset;
    private OptionalLong range;

    @Override
    public void configure(Parameters parameters) {
        offset = parameters.size("offset");
        range = parameters.optionalSize("range");
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new OffsetDevice(next.open(request), offset, range);
    }
}
