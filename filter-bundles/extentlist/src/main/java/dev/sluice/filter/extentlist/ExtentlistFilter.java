package dev.sluice.filter.extentlist;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
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

/** Answers block status from a file. The file is read once, before the first client. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("extentlist")
@Help("tells clients of holes as a file lists them")
@Parameter(name = "extentlist", type = ParameterType.PATH, required = true, help = "the file with the list")
public class ExtentlistFilter implements NbdFilter {
    private Path file;
    private ExtentList extents;

    @Override
    public void configure(Parameters parameters) {
        file = parameters.path("extentlist");
    }

    @Override
    public void ready(LayerContext context) {
        extents = ExtentListFile.read(file);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new ExtentlistDevice(next.open(request), extents);
    }
}
