package dev.sluice.filter.nofilter;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Transparent;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Passes everything through: to measure what a layer costs, and to have something to swap. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("nofilter")
@Help("passes everything through")
@Transparent
public class NofilterFilter implements NbdFilter {
    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new NofilterDevice(next.open(request));
    }
}
