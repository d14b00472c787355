package dev.sluice.filter.retry;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * After a failure closes the layer behind, opens it again and makes the request once more; with longer and longer waits.
 * Waits end when the device must close. In a swap the successor keeps what clients were told.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("retry")
@Help("reopens what is behind after a failure and tries again")
@Parameter(name = "retries", type = ParameterType.INTEGER, defaultValue = "5", help = "how many times for each request, 0 for never")
@Parameter(name = "retry-delay", type = ParameterType.DELAY, defaultValue = "2", help = "the wait before the first time, not 0")
@Parameter(name = "retry-exponential", type = ParameterType.BOOLEAN, defaultValue = "true",
        help = "each wait is twice as long as the one before")
@Parameter(name = "retry-readonly", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "what is opened again is only read from then on")
public class RetryFilter implements NbdFilter {
    private Patience patience;

    @Override
    public void configure(Parameters parameters) {
        patience = Patience.from(parameters);
    }

    /** While the device behind is opened again no other request of the connection can use it. */
    @Override
    public ThreadModel threadModel() {
        return ThreadModel.SERIALIZE_REQUESTS;
    }

    /** A device must know before it opens what its client was told. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) {
        return new RetryDevice(next, request, patience);
    }
}
