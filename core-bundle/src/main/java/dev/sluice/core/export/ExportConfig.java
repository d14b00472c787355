package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.LayerLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

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
 * @param tls what it demands of clients
 */
public record ExportConfig(String name, List<LayerSpec> layers, boolean enabled, boolean readOnly, Duration drain, Duration hold,
        Path directory, ExportTls tls) {
    /** The name of a catch-all. */
    public static final String CATCH_ALL = "*";
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._-]{1,64}");

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

    /** One for every client. */
    public ExportConfig(String name, List<LayerSpec> layers, boolean enabled, boolean readOnly, Duration drain, Duration hold,
            Path directory) {
        this(name, layers, enabled, readOnly, drain, hold, directory, ExportTls.NONE);
    }

    /** Whether the other one differs in nothing but the layers. */
    public boolean sameBut(ExportConfig other) {
        return new ExportConfig(name, other.layers, enabled, readOnly, drain, hold, directory, tls).equals(other);
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
            specs.add(LayerSpec.of(i < lines.size() - 1, words));
        }
        checkLabels(specs);
        return specs;
    }

    /**
     * A label stands for one layer.
     *
     * @throws ConfigException it stands for two
     */
    static void checkLabels(List<LayerSpec> specs) {
        Set<String> seen = new HashSet<>();
        for (LayerSpec spec : specs) {
            if (!spec.label().isEmpty() && !seen.add(spec.word())) {
                throw new ConfigException("there are two layers '" + spec.word() + "'; what stands after # must differ");
            }
        }
    }

    /**
     * One layer as configured.
     *
     * <p>Which of two layers is meant that have the same words is a question of the object: edits of a chain keep the
     * objects of the layers that they do not touch. In a configuration, where there are only words, a label tells them apart:
     * {@code cow#a} is a {@code cow} that is called so.
     *
     * @param filter whether it is a filter
     * @param kind its name
     * @param words its parameters
     * @param label its own name; empty for none
     */
    public record LayerSpec(boolean filter, String kind, List<String> words, String label) {
        /** Without a label. */
        public LayerSpec(boolean filter, String kind, List<String> words) {
            this(filter, kind, words, "");
        }

        /**
         * From the words of a line.
         *
         * @throws ConfigException the label is none
         */
        static LayerSpec of(boolean filter, List<String> words) {
            String first = words.get(0);
            int at = first.indexOf('#');
            String label = at < 0 ? "" : first.substring(at + 1);
            if (at == 0 || at > 0 && !LABEL.matcher(label).matches()) {
                throw new ConfigException("'" + first
                        + "' is no layer; KIND#LABEL is meant, with a label of letters, digits, '.', '_', '-'");
            }
            return new LayerSpec(filter, at < 0 ? first : first.substring(0, at), List.copyOf(words.subList(1, words.size())), label);
        }

        /** The first word of its line. */
        public String word() {
            return label.isEmpty() ? kind : kind + "#" + label;
        }

        /** The same layer with other words. */
        LayerSpec with(List<String> changed) {
            return new LayerSpec(filter, kind, List.copyOf(changed), label);
        }

        /** What to say when it is not there. */
        String missing() {
            return (filter ? "filter" : "plugin") + " '" + kind + "' is not there";
        }
    }
}
