package dev.sluice.filter.swab;

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
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Swaps the order of the bytes in words of 2, 4 or 8 bytes. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("swab")
@Help("swaps the order of bytes")
@Parameter(name = "swab-bits", type = ParameterType.INTEGER, defaultValue = "16",
        help = "how long a word is whose bytes are swapped: 16, 32 or 64 bits; 8 swaps nothing")
public class SwabFilter implements NbdFilter {
    private int wordBytes;

    @Override
    public void configure(Parameters parameters) {
        long bits = parameters.integer("swab-bits", Long.MIN_VALUE, Long.MAX_VALUE);
        if (bits != 8 && bits != 16 && bits != 32 && bits != 64) {
            throw new ConfigException("swab: swab-bits=" + parameters.string("swab-bits") + ": it must be 8, 16, 32 or 64");
        }
        wordBytes = (int) bits / 8;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new SwabDevice(next.open(request), wordBytes, request.buffers());
    }
}
