package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameter;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.api.util.LayerLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operators' edits of a chain, as functions from a list of layers to another one. What an edit does not touch is the
 * same object afterwards: that is how layers with the same words are told apart.
 */
public final class ChainEdits {
    private ChainEdits() {
    }

    /** With a filter more. */
    public static List<ExportConfig.LayerSpec> insert(List<ExportConfig.LayerSpec> specs, String line, String position) {
        List<ExportConfig.LayerSpec> changed = new ArrayList<>(specs);
        changed.add(position(specs, position), filter(line));
        return changed;
    }

    /** Without a filter. */
    public static List<ExportConfig.LayerSpec> remove(List<ExportConfig.LayerSpec> specs, String layer) {
        int at = filterAt(specs, layer, "removed");
        List<ExportConfig.LayerSpec> changed = new ArrayList<>(specs);
        changed.remove(at);
        return changed;
    }

    /** With a filter in another place. */
    public static List<ExportConfig.LayerSpec> move(List<ExportConfig.LayerSpec> specs, String layer, String position) {
        int from = filterAt(specs, layer, "moved");
        if (position.isEmpty()) {
            throw new ConfigException("where to move '" + layer + "'? say --before LAYER or --after LAYER");
        }
        int to = position(specs, position);
        List<ExportConfig.LayerSpec> changed = new ArrayList<>(specs);
        ExportConfig.LayerSpec moved = changed.remove(from);
        changed.add(to > from ? to - 1 : to, moved);
        return changed;
    }

    /** With another layer in the place of one. */
    public static List<ExportConfig.LayerSpec> replace(List<ExportConfig.LayerSpec> specs, String layer, String line) {
        int at = LayerReference.find(specs, layer);
        List<String> words = words(line);
        List<ExportConfig.LayerSpec> changed = new ArrayList<>(specs);
        changed.set(at, ExportConfig.LayerSpec.of(specs.get(at).filter(), words));
        return changed;
    }

    /** With other parameters of one layer. */
    public static List<ExportConfig.LayerSpec> set(List<ExportConfig.LayerSpec> specs, String layer, List<String> words, Kinds kinds) {
        int at = LayerReference.find(specs, layer);
        ExportConfig.LayerSpec old = specs.get(at);
        Kind kind = kinds.find(old.filter(), old.kind()).orElseThrow(() -> new ConfigException(old.missing()));
        List<String> kept = new ArrayList<>(old.words());
        for (String word : words) {
            if (keyOf(word, kind.declared()).isEmpty()) {
                throw new ConfigException("'" + word + "' is not key=value");
            }
        }
        kept.removeIf(w -> words.stream().anyMatch(n -> keyOf(n, kind.declared()).equals(keyOf(w, kind.declared()))));
        kept.addAll(words);
        List<ExportConfig.LayerSpec> changed = new ArrayList<>(specs);
        changed.set(at, old.with(kept));
        return changed;
    }

    /** The declared name of the key of a word, whatever alias it was given by; the magic one for a bare word. */
    private static Optional<String> keyOf(String word, DeclaredParameters declared) {
        int eq = word.indexOf('=');
        if (eq > 0 && DeclaredParameters.isKey(word.substring(0, eq))) {
            String key = word.substring(0, eq);
            return Optional.of(declared.find(key).map(Parameter::name).orElse(key));
        }
        return declared.magic().map(Parameter::name);
    }

    private static int filterAt(List<ExportConfig.LayerSpec> specs, String layer, String done) {
        int at = LayerReference.find(specs, layer);
        if (!specs.get(at).filter()) {
            throw new ConfigException("'" + layer + "' is the plugin, which can't be " + done + "; it can be replaced");
        }
        return at;
    }

    private static int position(List<ExportConfig.LayerSpec> specs, String position) {
        if (position.isEmpty()) {
            return 0;
        }
        if (!position.startsWith("before:") && !position.startsWith("after:")) {
            throw new ConfigException("position '" + position + "' is neither before:LAYER nor after:LAYER");
        }
        String layer = position.substring(position.indexOf(':') + 1);
        int at = LayerReference.find(specs, layer);
        if (position.startsWith("before:")) {
            return at;
        }
        if (!specs.get(at).filter()) {
            throw new ConfigException("nothing can stand after '" + layer + "', it is the plugin");
        }
        return at + 1;
    }

    private static ExportConfig.LayerSpec filter(String line) {
        return ExportConfig.LayerSpec.of(true, words(line));
    }

    private static List<String> words(String line) {
        List<String> words = LayerLine.split(line);
        if (words.isEmpty()) {
            throw new ConfigException("the name of a filter or plugin is missing");
        }
        return words;
    }
}
