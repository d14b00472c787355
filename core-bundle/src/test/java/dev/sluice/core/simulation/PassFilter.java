package dev.sluice.core.simulation;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Transparent;
import java.io.IOException;
import java.util.Optional;

/** Passes everything on, late. */
@Transparent
@Parameter(name = "note", type = ParameterType.STRING, help = "nothing")
final class PassFilter implements NbdFilter {
    private final World world;
    private final Inside inside;

    PassFilter(World world, String name) {
        this.world = world;
        this.inside = new Inside(world, name);
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        inside.enter("open");
        try {
            Layers.unhurried(world);
            NbdDevice behind = next.open(request);
            return new Counted(behind, inside, null) {
                @Override
                public boolean writesInParts() {
                    return next.writesInParts();
                }

                @Override
                void begin() throws NbdException {
                    super.begin();
                    if (world.dice.once(10)) {
                        Layers.slowly(world, request.cancellation());
                    }
                }
            };
        } finally {
            inside.exit();
        }
    }

    @Override
    public Optional<HandOver> release() {
        inside.release();
        Layers.unhurried(world);
        return Layers.NOTHING;
    }

    @Override
    public void adopt(HandOver state) {
        inside.adopt();
    }

    @Override
    public void close() {
        inside.close();
    }
}
