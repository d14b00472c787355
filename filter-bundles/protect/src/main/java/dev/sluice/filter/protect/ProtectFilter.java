package dev.sluice.filter.protect;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Refuses requests that would change protected bytes; the rest of the disk can be written. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("protect")
@Help("keeps parts of a disk from being changed")
@Parameter(name = "protect", repeatable = true,
        help = "START-END protects these bytes, both included; ~START-END all others; decimal, 0octal or 0xhex, either may be left out")
public class ProtectFilter implements NbdFilter {
    private ProtectedRanges ranges;

    @Override
    public void configure(Parameters parameters) {
        ranges = ProtectedRanges.parse(parameters.strings("protect"));
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new ProtectDevice(next.open(request), ranges, request);
    }
}
