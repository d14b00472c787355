package dev.sluice.filter.checkwrite;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Compares what clients write with what is there, and writes nothing: to test tools that copy. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("checkwrite")
@Help("checks that writes are what is there already")
public class CheckwriteFilter implements NbdFilter {
    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new CheckwriteDevice(next.open(request.withReadOnly(true)), request);
    }
}
