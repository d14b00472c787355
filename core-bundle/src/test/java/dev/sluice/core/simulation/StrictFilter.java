package dev.sluice.core.simulation;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.Transparent;
import java.io.IOException;

/** Wants its calls one after the other. */
@Transparent
@Parameter(name = "model", type = ParameterType.STRING, help = "how strict")
final class StrictFilter implements NbdFilter {
    private final World world;
    private final Inside inside;
    private final Serial all;
    private ThreadModel model = ThreadModel.SERIALIZE_REQUESTS;

    StrictFilter(World world, String name) {
        this.world = world;
        this.inside = new Inside(world, name);
        this.all = new Serial(world, "a layer takes one at a time");
    }

    @Override
    public void configure(Parameters parameters) {
        if (parameters.optional("model").orElse("").equals("all")) {
            model = ThreadModel.SERIALIZE_ALL_REQUESTS;
        }
    }

    @Override
    public ThreadModel threadModel() {
        return model;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        NbdDevice behind = next.open(request);
        return new Counted(behind, inside, model == ThreadModel.SERIALIZE_ALL_REQUESTS ? all
                : new Serial(world, "a layer takes one of a connection at a time"));
    }

    @Override
    public void close() {
        inside.close();
    }
}
