package dev.sluice.filter.delay;

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
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Waits before requests. The waits end at once, with ESHUTDOWN, when the device must close. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("delay")
@Help("waits before requests")
@Transparent
@Parameter(name = "rdelay", aliases = {"delay-read", "delay-reads"}, type = ParameterType.DELAY, defaultValue = "0", help = "before reads")
@Parameter(name = "wdelay", type = ParameterType.DELAY, defaultValue = "0", help = "before writes, zeroes and trims")
@Parameter(name = "delay-write", aliases = "delay-writes", type = ParameterType.DELAY, defaultValue = "0", help = "before writes")
@Parameter(name = "delay-zero", aliases = "delay-zeroes", type = ParameterType.DELAY, defaultValue = "0", help = "before zeroes")
@Parameter(name = "delay-trim", aliases = {"delay-trims", "delay-discard", "delay-discards"}, type = ParameterType.DELAY,
        defaultValue = "0", help = "before trims")
@Parameter(name = "delay-extents", aliases = "delay-extent", type = ParameterType.DELAY, defaultValue = "0", help = "before block status")
@Parameter(name = "delay-cache", type = ParameterType.DELAY, defaultValue = "0", help = "before cache hints")
@Parameter(name = "delay-open", type = ParameterType.DELAY, defaultValue = "0", help = "before a client's device is opened")
@Parameter(name = "delay-close", type = ParameterType.DELAY, defaultValue = "0",
        help = "before the device of a client that says goodbye is closed")
@Parameter(name = "delay-fast-zero", type = ParameterType.BOOLEAN, defaultValue = "true",
        help = "delay fast zeroes like others; otherwise they fail at once while zeroes are delayed")
public class DelayFilter implements NbdFilter {
    private DelayTimes times;

    @Override
    public void configure(Parameters parameters) {
        times = DelayTimes.from(parameters);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        if (!times.open().isZero()) {
            request.cancellation().sleep(times.open());
        }
        return new DelayDevice(next.open(request), times, request.cancellation());
    }
}
