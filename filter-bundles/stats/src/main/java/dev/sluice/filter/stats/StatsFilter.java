package dev.sluice.filter.stats;

import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.Transparent;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Counts and times requests, and writes what they came to into a file in the end. In a swap the successor goes on
 * counting.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("stats")
@Help("counts and times requests")
@Transparent
@Parameter(name = "statsfile", type = ParameterType.PATH, required = true, help = "write the counts into this file in the end")
@Parameter(name = "statsappend", type = ParameterType.BOOLEAN, defaultValue = "false", help = "keep what is in the file already")
@Parameter(name = "statsthreshold", type = ParameterType.INTEGER, defaultValue = "95",
        help = "break this share of the requests down by size and alignment, in percent; 0: none")
@Parameter(name = "statslatency", type = ParameterType.BOOLEAN, defaultValue = "false", help = "write how long requests took as well")
public class StatsFilter implements NbdFilter {
    private static final String FORMAT = "dev.sluice.filter.stats";
    private static final int VERSION = 1;
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.stats");

    private final StatsLayers layers;
    private Path path;
    private boolean append;
    private int threshold;
    private boolean latency;
    private StatsFile file;
    private LayerStats stats;
    /** Whether the counts are this layer's to write. */
    private boolean owner;

    /** What the component runtime calls. */
    @Activate
    public StatsFilter(@Reference(name = "layers") StatsLayers layers) {
        this.layers = layers;
    }

    @Override
    public void configure(Parameters parameters) {
        path = parameters.path("statsfile");
        append = parameters.bool("statsappend");
        threshold = (int) parameters.integer("statsthreshold", 0, 100);
        latency = parameters.bool("statslatency");
    }

    @Override
    public void ready(LayerContext context) {
        stats = new LayerStats(context.export(), context.clock());
        try {
            file = StatsFile.open(context.files(), path, append);
        } catch (IOException e) {
            throw new ConfigException("stats: statsfile=" + path + ": can't be opened: " + Failures.reason(e), e);
        }
        owner = file.isFirst();
        if (owner) {
            layers.add(stats);
        }
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new StatsDevice(next.open(request), stats, request.clock());
    }

    @Override
    public Optional<HandOver> release() {
        owner = false;
        layers.remove(stats);
        Map<String, Object> state = new HashMap<>(stats.release());
        state.put("file", file.release());
        return Optional.of(new HandOver(FORMAT, VERSION, state));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || state.version() != VERSION || !(state.state().get("start") instanceof Long start)
                || !(state.state().get("counts") instanceof Map<?, ?> counts)) {
            throw new ConfigException("stats: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        stats.adopt(counts, start);
        if (state.state().get("file") instanceof Map<?, ?> handed) {
            file.adopt(handed);
        }
        owner = true;
        layers.add(stats);
    }

    @Override
    public void close() throws IOException {
        if (file == null) {
            return;
        }
        layers.remove(stats);
        try (StatsFile last = file) {
            file = null;
            if (owner) {
                last.write(Report.file(stats.summaries(), stats.elapsed(), threshold, latency));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "stats: statsfile=" + path + ": can't be written: " + Failures.reason(e));
        }
    }
}
