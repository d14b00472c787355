package dev.sluice.filter.blocksize;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.shared.requestlock.RequestLock;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Takes requests of any size and makes such of them as the layer behind can do. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("blocksize")
@Help("splits and aligns requests for what is behind")
@Parameter(name = "minblock", type = ParameterType.SIZE, help = "what requests are aligned to, a power of 2 of at most 64k")
@Parameter(name = "maxdata", type = ParameterType.SIZE, help = "how long a request with data can be, a multiple of minblock")
@Parameter(name = "maxlen", type = ParameterType.SIZE, help = "how long a request without data can be, a multiple of minblock")
public class BlockSizeFilter implements NbdFilter {
    /** One for all clients: they write to the same blocks. */
    private final RequestLock lock = new RequestLock();
    private Limits limits;

    @Override
    public void configure(Parameters parameters) {
        limits = Limits.from(parameters);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new BlockSizeDevice(next.open(request), limits, lock, request.buffers(), request.cancellation());
    }
}
