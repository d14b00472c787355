package dev.sluice.filter.nocache;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.Support;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Takes cache hints away, or makes them worth less: to see what they are worth. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("nocache")
@Help("cripples cache hints")
@Parameter(name = "cachemode", choices = {"none", "emulate", "nop"}, defaultValue = "none", help = "what becomes of cache hints")
public class NocacheFilter implements NbdFilter {
    private Support offered;

    @Override
    public void configure(Parameters parameters) {
        offered = switch (parameters.string("cachemode")) {
            case "emulate" -> Support.EMULATE;
            case "nop" -> Support.NATIVE;
            default -> Support.NONE;
        };
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new NocacheDevice(next.open(request), offered);
    }
}
