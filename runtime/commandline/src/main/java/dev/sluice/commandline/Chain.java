package dev.sluice.commandline;

import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.api.util.LayerLine;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers that a command line asks for, and which of them gets which word: the outermost filter that declares the
 * key, else the plugin if it does, else the outermost filter that takes any key, else the plugin, which knows how to
 * refuse it. Words without a key are the plugin's.
 */
final class Chain {
    private final List<KindStatus> filters;
    private final KindStatus plugin;

    /** With the filters nearest the client first. */
    Chain(List<KindStatus> filters, KindStatus plugin) {
        this.filters = List.copyOf(filters);
        this.plugin = plugin;
    }

    /** Nearest the client first. */
    List<KindStatus> filters() {
        return filters;
    }

    KindStatus plugin() {
        return plugin;
    }

    /** One line for each layer, as an export's configuration has them. */
    List<String> lines(List<String> parameters) {
        List<List<String>> layers = new ArrayList<>();
        filters.forEach(filter -> layers.add(new ArrayList<>(List.of(filter.name()))));
        layers.add(new ArrayList<>(List.of(plugin.name())));
        parameters.forEach(word -> layers.get(taker(word)).add(word));
        return layers.stream().map(LayerLine::join).toList();
    }

    /**
     * Looks whether somebody takes each word, without making anything of it.
     *
     * @throws UsageException names the first that nobody takes
     */
    void check(List<String> parameters) throws UsageException {
        for (String word : parameters) {
            int equals = word.indexOf('=');
            String key = equals > 0 ? word.substring(0, equals) : "";
            if (DeclaredParameters.isKey(key) && taker(word) == filters.size() && !plugin.open() && !declares(plugin, key)) {
                throw UsageException.error("unknown parameter '" + key + "'");
            }
        }
    }

    /** Index of the layer that gets the word. */
    private int taker(String word) {
        int equals = word.indexOf('=');
        if (equals > 0 && DeclaredParameters.isKey(word.substring(0, equals))) {
            String key = word.substring(0, equals);
            for (int i = 0; i < filters.size(); i++) {
                if (declares(filters.get(i), key)) {
                    return i;
                }
            }
            for (int i = 0; i < filters.size() && !declares(plugin, key); i++) {
                if (filters.get(i).open()) {
                    return i;
                }
            }
        }
        return filters.size();
    }

    private static boolean declares(KindStatus kind, String key) {
        return kind.parameters().stream().anyMatch(p -> p.name().equals(key) || p.aliases().contains(key));
    }
}
