package dev.sluice.plugin.sparserandom;

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
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Looks like the disk of a virtual machine: runs of data with holes between them, the same for the same seed. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("sparse-random")
@Help("pseudo-random data and holes, like the disk of a virtual machine")
@Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
@Parameter(name = "seed", type = ParameterType.INTEGER,
        help = "the same number gives the same disk; otherwise it is another one in every run")
@Parameter(name = "percent", defaultValue = "10", help = "how much of the disk is data, 0 to 100")
@Parameter(name = "runlength", type = ParameterType.SIZE, defaultValue = "16M", help = "how long a run of data is on average")
@Parameter(name = "random-content", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "all bytes of data are random; otherwise each block of 4096 repeats one byte")
public class SparseRandomPlugin implements NbdPlugin {
    private static final String FORMAT = "dev.sluice.plugin.sparse-random";
    private static final int VERSION = 1;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,15})?");
    private static final double WHOLE = 100;

    private long size;
    private double fraction;
    private long runLength;
    private boolean randomContent;
    private boolean seedGiven;
    private long seed;
    /** Made anew whenever the seed becomes known; null before. */
    private Contents contents;

    @Override
    public void configure(Parameters parameters) {
        size = parameters.size("size");
        fraction = percent(parameters.string("percent")) / WHOLE;
        runLength = parameters.size("runlength");
        if (runLength == 0) {
            throw new ConfigException("sparse-random: runlength=0: a run of data is at least one byte long");
        }
        randomContent = parameters.bool("random-content");
        seedGiven = parameters.has("seed");
        use(seedGiven ? parameters.integer("seed", 0, Long.MAX_VALUE) : new SplittableRandom().nextLong());
    }

    private static double percent(String text) {
        double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : -1;
        if (value < 0 || value > WHOLE) {
            throw new ConfigException("sparse-random: percent=" + text + ": must be a number between 0 and 100");
        }
        return value;
    }

    private void use(long newSeed) {
        seed = newSeed;
        contents = new Contents(newSeed, new Runs(newSeed, fraction, runLength), randomContent);
    }

    /** Without a seed= the disk is only known from the predecessor. */
    @Override
    public boolean exclusive() {
        return !seedGiven;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        return new SparseRandomDevice(size, contents, request.readOnly());
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("seed", seed)));
    }

    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("sparse-random takes over a seed of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        if (!seedGiven) {
            use((Long) state.state().get("seed"));
        }
    }
}
