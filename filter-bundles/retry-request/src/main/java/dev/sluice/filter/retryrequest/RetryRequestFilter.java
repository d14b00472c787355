package dev.sluice.filter.retryrequest;

import dev.sluice.api.ConfigException;
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
import java.time.Duration;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Makes a request that failed again, after a while, on the same open device. Waits end when the device must close. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("retry-request")
@Help("tries failed requests again")
@Transparent
@Parameter(name = "retry-request-retries", type = ParameterType.INTEGER, defaultValue = "2",
        help = "how many times more a request is tried, 0 to 1000")
@Parameter(name = "retry-request-delay", type = ParameterType.DELAY, defaultValue = "2", help = "the wait before each time, not 0")
@Parameter(name = "retry-request-open", type = ParameterType.BOOLEAN, defaultValue = "true",
        help = "an open that fails is tried again, too")
public class RetryRequestFilter implements NbdFilter {
    private static final int MAX_RETRIES = 1000;

    private Attempts requests;
    private Attempts opening;

    @Override
    public void configure(Parameters parameters) {
        Duration delay = parameters.delay("retry-request-delay");
        if (delay.isZero()) {
            throw new ConfigException("retry-request: retry-request-delay=" + parameters.string("retry-request-delay")
                    + ": the wait can't be 0");
        }
        requests = new Attempts((int) parameters.integer("retry-request-retries", 0, MAX_RETRIES), delay);
        opening = parameters.bool("retry-request-open") ? requests : new Attempts(0, delay);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) {
        return new RetryRequestDevice(next, request, opening, requests);
    }
}
