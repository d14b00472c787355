package dev.sluice.plugin.random;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import dev.sluice.shared.noise.Noise;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** A disk of pseudo-random bytes that takes no memory, and checks that nobody writes anything else to it. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("random")
@Help("reads pseudo-random bytes and refuses to change them")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
@Parameter(name = "seed", type = ParameterType.INTEGER,
        help = "the same number gives the same bytes; otherwise they are others in every run")
public class RandomPlugin implements NbdPlugin {
    private static final String FORMAT = "dev.sluice.plugin.random";
    private static final int VERSION = 1;

    private long size;
    private boolean seedGiven;
    private long seed;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
        seedGiven = parameters.has("seed");
        seed = seedGiven ? parameters.integer("seed", 0, Long.MAX_VALUE) : new SplittableRandom().nextLong();
    }

    /** Without a seed= the bytes are only known from the predecessor. */
    @Override
    public boolean exclusive() {
        return !seedGiven;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new RandomDevice(size, new Noise(seed), request.readOnly());
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("seed", seed)));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("random takes over a seed of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        if (!seedGiven) {
            seed = (Long) state.state().get("seed");
        }
    }
}
