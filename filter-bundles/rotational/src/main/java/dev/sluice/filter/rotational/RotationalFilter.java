package dev.sluice.filter.rotational;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Sets the flag that tells clients about seek times. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("rotational")
@Help("tells clients whether the medium has seek times")
@Parameter(name = "rotational", type = ParameterType.BOOLEAN, defaultValue = "true", help = "whether it has")
public class RotationalFilter implements NbdFilter {
    private boolean rotational;

    @Override
    public void configure(Parameters parameters) {
        rotational = parameters.bool("rotational");
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new RotationalDevice(next.open(request), rotational);
    }

    private static final class RotationalDevice extends ForwardingDevice {
        private final boolean rotational;

        RotationalDevice(NbdDevice next, boolean rotational) {
            super(next);
            this.rotational = rotational;
        }

        @Override
        public DeviceInfo info() {
            return next.info().with().rotational(rotational).build();
        }
    }
}
