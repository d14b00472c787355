package dev.sluice.filter.readonly;

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
import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Refuses writes: always, or while a file exists. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("readonly")
@Help("refuses writes, always or while a file exists")
@Parameter(name = "readonly-file", type = ParameterType.PATH, help = "refuse writes only while this file exists")
public class ReadonlyFilter implements NbdFilter {
    private Path file;

    @Override
    public void configure(Parameters parameters) {
        file = parameters.has("readonly-file") ? parameters.path("readonly-file") : null;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return file == null
                ? new ReadonlyDevice(next.open(request.withReadOnly(true)))
                : new GuardedDevice(next.open(request), file);
    }
}
