package dev.sluice.filter.noextents;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Shows everything as allocated data: for layers that find their holes too slowly. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("noextents")
@Help("hides holes from clients")
public class NoextentsFilter implements NbdFilter {
    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new NoextentsDevice(next.open(request));
    }
}
