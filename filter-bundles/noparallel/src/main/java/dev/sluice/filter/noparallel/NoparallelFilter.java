package dev.sluice.filter.noparallel;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.Transparent;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Tightens the thread model of its chain; everything else passes as it is. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("noparallel")
@Help("lets fewer requests run at once")
@Transparent
@Parameter(name = "serialize", aliases = "serialise", choices = {"requests", "all-requests", "connections"}, defaultValue = "requests",
        help = "of what there is only one at a time")
public class NoparallelFilter implements NbdFilter {
    private ThreadModel model;

    @Override
    public void configure(Parameters parameters) {
        model = switch (parameters.string("serialize")) {
            case "connections" -> ThreadModel.SERIALIZE_CONNECTIONS;
            case "all-requests" -> ThreadModel.SERIALIZE_ALL_REQUESTS;
            default -> ThreadModel.SERIALIZE_REQUESTS;
        };
    }

    @Override
    public ThreadModel threadModel() {
        return model;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new ForwardingDevice(next.open(request));
    }
}
