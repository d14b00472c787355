package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.util.List;

/** Words to a line and back, and any line to words. */
public final class LayerLineFuzz implements FuzzTarget {
    @Override
    public void test(byte[] input) {
        List<String> words = Text.words(input);
        Check.same(words, LayerLine.split(LayerLine.join(words)), "words of " + LayerLine.join(words));
        try {
            List<String> split = LayerLine.split(Text.of(input));
            Check.same(split, LayerLine.split(LayerLine.join(split)), "words that were split before");
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
        }
    }
}
