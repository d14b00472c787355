package dev.sluice.filter.nozero;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import java.io.IOException;
import java.util.Locale;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Takes write zeroes away, or a part of what it can do: to compare, and to test how clients cope. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("nozero")
@Help("cripples write zeroes")
@Parameter(name = "zeromode", choices = {"none", "emulate", "notrim", "plugin"}, defaultValue = "none",
        help = "what becomes of write zeroes")
@Parameter(name = "fastzeromode", choices = {"default", "none", "slow", "ignore"}, defaultValue = "default",
        help = "what becomes of requests that must be fast")
public class NozeroFilter implements NbdFilter {
    private ZeroMode zero;
    private FastZeroMode fastZero;

    /** What becomes of write zeroes. */
    enum ZeroMode { NONE, EMULATE, NOTRIM, PLUGIN }

    /** What becomes of requests that must be fast. */
    enum FastZeroMode { DEFAULT, NONE, SLOW, IGNORE }

    @Override
    public void configure(Parameters parameters) {
        zero = ZeroMode.valueOf(parameters.string("zeromode").toUpperCase(Locale.ROOT));
        fastZero = FastZeroMode.valueOf(parameters.string("fastzeromode").toUpperCase(Locale.ROOT));
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new NozeroDevice(next.open(request), zero, fastZero, request.readOnly());
    }
}
