package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.LayerLine;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An export as configured: the first word is its name, the others are its layers. */
public final class ExportConfigFuzz implements FuzzTarget {
    @Override
    public void test(byte[] input) {
        List<String> words = new ArrayList<>(Text.words(input));
        String name = words.isEmpty() ? "" : words.remove(0);
        try {
            List<ExportConfig.LayerSpec> specs = ExportConfig.layers(name, words);
            ExportConfig config = new ExportConfig(name, specs, true, false, Duration.ofSeconds(1), Duration.ofSeconds(1), Path.of("/"));
            List<String> lines = new ArrayList<>();
            for (ExportConfig.LayerSpec spec : config.layers()) {
                List<String> line = new ArrayList<>(List.of(spec.word()));
                line.addAll(spec.words());
                lines.add(LayerLine.join(line));
            }
            Check.same(specs, ExportConfig.layers(name, lines), "layers that were written and read again");
            Check.that(!specs.get(specs.size() - 1).filter(), () -> "the last layer is a filter");
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
        }
    }
}
