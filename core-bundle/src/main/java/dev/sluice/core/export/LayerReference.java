package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;

/**
 * How operators name a layer: by its kind, by {@code KIND#LABEL} if it has a label, by {@code KIND:N} for the n-th of it from
 * the client, or by its number from 1.
 */
final class LayerReference {
    private LayerReference() {
    }

    /**
     * The index of the layer that is meant.
     *
     * @throws ConfigException there is none or more than one
     */
    static int find(List<ExportConfig.LayerSpec> specs, String text) {
        for (int i = 0; i < specs.size(); i++) {
            if (!specs.get(i).label().isEmpty() && specs.get(i).word().equals(text)) {
                return i;
            }
        }
        String kind = text;
        int nth = 0;
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            nth = number(text.substring(colon + 1));
            kind = nth > 0 ? text.substring(0, colon) : text;
        }
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            if (specs.get(i).kind().equals(kind)) {
                found.add(i);
            }
        }
        if (found.isEmpty()) {
            int index = number(text);
            if (index >= 1 && index <= specs.size()) {
                return index - 1;
            }
            throw new ConfigException("there is no layer '" + text + "'; there are " + names(specs));
        }
        if (nth > 0) {
            if (nth > found.size()) {
                throw new ConfigException("there is no layer '" + text + "'; there are " + found.size() + " of '" + kind + "'");
            }
            return found.get(nth - 1);
        }
        if (found.size() > 1) {
            throw new ConfigException("there are " + found.size() + " layers '" + text + "'; say " + text
                    + ":1 for the one nearest the client");
        }
        return found.get(0);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String names(List<ExportConfig.LayerSpec> specs) {
        return String.join(", ", specs.stream().map(ExportConfig.LayerSpec::word).toList());
    }
}
