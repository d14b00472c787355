package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.LayerLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An export as configured.
 *
 * @param name what clients ask for; {@code *} for a catch-all
 * @param layers nearest the client first, the plugin last
 * @param enabled whether it is served
 * @param readOnly whether clients may only read
 * @param drain how long a swap or stop waits for requests
 * @param hold how long clients wait for a successor
 * @param directory what relative paths are relative to
 */
public record ExportConfig(String name, List<LayerSpec> layers, boolean enabled, boolean readOnly, Duration drain, Duration hold,
        Path directory) {
    /** The name of a catch-all. */
    public static final String CATCH_ALL = "*";

    /**
     * Checks the shape.
     *
     * @throws ConfigException with one line
     */
    public ExportConfig {
        if (name == null || name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 4096 || name.indexOf('\0') >= 0) {
            throw new ConfigException("an export's name has at most 4096 bytes and no NUL");
        }
        if (layers.isEmpty()) {
            throw new ConfigException("export " + name + ": layers is empty; it ends with a plugin, such as 'memory 1G'");
        }
        layers = List.copyOf(layers);
    }

    /** Whether the other one differs in nothing but the layers. */
    public boolean sameBut(ExportConfig other) {
        return new ExportConfig(name, other.layers, enabled, readOnly, drain, hold, directory).equals(other);
    }

    /** Whether it answers to every name. */
    public boolean catchAll() {
        return name.equals(CATCH_ALL);
    }

    /**
     * The layers from their configuration lines.
     *
     * @throws ConfigException a line is empty or badly quoted
     */
    public static List<LayerSpec> layers(String name, List<String> lines) {
        List<LayerSpec> specs = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            List<String> words = LayerLine.split(lines.get(i));
            if (words.isEmpty()) {
                throw new ConfigException("export " + name + ": layer " + (i + 1) + " is empty; it starts with the name of a "
                        + (i < lines.size() - 1 ? "filter" : "plugin"));
            }
            specs.add(new LayerSpec(i < lines.size() - 1, words.get(0), List.copyOf(words.subList(1, words.size()))));
        }
        return specs;
    }

    /**
     * One layer as configured.
     *
     * @param filter whether it is a filter
     * @param kind its name
     * @param words its parameters
     */
    public record LayerSpec(boolean filter, String kind, List<String> words) {
        /** What to say when it is not there. */
        String missing() {
            return (filter ? "filter" : "plugin") + " '" + kind + "' is not there";
        }
    }
}
