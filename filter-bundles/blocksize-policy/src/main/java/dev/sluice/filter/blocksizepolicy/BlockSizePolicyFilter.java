package dev.sluice.filter.blocksizepolicy;

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

/** Tells clients block sizes, and refuses requests that do not keep to them if the operator wants that. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("blocksize-policy")
@Help("sets block sizes and what happens to requests that break them")
@Parameter(name = "blocksize-error-policy", choices = {"allow", "error", "strict-error"}, defaultValue = "allow",
        help = "what happens to requests that break the sizes")
@Parameter(name = "blocksize-minimum", type = ParameterType.SIZE, help = "minimum block size, a power of 2 of at most 64k")
@Parameter(name = "blocksize-preferred", type = ParameterType.SIZE, help = "preferred block size, a power of 2 from 512 to 32M")
@Parameter(name = "blocksize-maximum", type = ParameterType.SIZE, help = "maximum of a read or write, a multiple of the minimum")
@Parameter(name = "blocksize-write-disconnect", type = ParameterType.SIZE, help = "a longer write ends the connection; 0: none does")
public class BlockSizePolicyFilter implements NbdFilter {
    private ChosenSizes sizes;
    private ErrorPolicy policy;
    private long disconnectAbove;

    @Override
    public void configure(Parameters parameters) {
        sizes = ChosenSizes.from(parameters);
        policy = ErrorPolicy.of(parameters.string("blocksize-error-policy"));
        long limit = ChosenSizes.atMost4G(parameters, "blocksize-write-disconnect");
        disconnectAbove = limit == 0 ? Long.MAX_VALUE : limit;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new PolicyDevice(next.open(request), sizes, policy, disconnectAbove, request.client());
    }
}
