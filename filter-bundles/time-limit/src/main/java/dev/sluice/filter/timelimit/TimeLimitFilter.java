package dev.sluice.filter.timelimit;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.Transparent;
import java.io.IOException;
import java.time.Duration;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Sends clients away that have been connected for too long, when their next request comes. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("time-limit")
@Help("limits how long a client may stay")
@Transparent
@Parameter(name = "time-limit", aliases = {"timelimit", "time_limit"}, type = ParameterType.DELAY, defaultValue = "60",
        help = "how long a client may stay connected; 0: for ever")
public class TimeLimitFilter implements NbdFilter {
    private Duration limit;

    @Override
    public void configure(Parameters parameters) {
        limit = parameters.delay("time-limit");
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        // the time counts from here on, as the client sees it: the layers behind may take long to open
        long start = request.clock().getAsLong();
        return new TimeLimitDevice(next.open(request), limit, request, start);
    }
}
