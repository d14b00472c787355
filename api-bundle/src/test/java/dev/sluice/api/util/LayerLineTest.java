package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayerLineTest {
    @Test
    void wordsAreSplitAtBlanks() {
        assertEquals(List.of("cow", "cow-block-size=64k"), LayerLine.split("  cow\tcow-block-size=64k \n"));
        assertEquals(List.of(), LayerLine.split("  "));
    }

    @Test
    void quotesKeepBlanksAndJoinTheirNeighbours() {
        assertEquals(List.of("file", "a b", "c=d e", ""), LayerLine.split("file 'a b' c=\"d e\" ''"));
    }

    @Test
    void aBackslashIsTakenAsInAShell() {
        assertEquals(List.of("a b", "\\n", "\\", "\"", "\\x"), LayerLine.split("a\\ b '\\n' \"\\\\\" \"\\\"\" \"\\x\""));
    }

    @Test
    void whatIsNotClosedIsRefused() {
        assertThrows(ConfigException.class, () -> LayerLine.split("a 'b"));
        assertThrows(ConfigException.class, () -> LayerLine.split("a \"b\\\""));
        assertThrows(ConfigException.class, () -> LayerLine.split("a\\"));
    }

    @Test
    void joinedWordsAreSplitAgain() {
        Random random = new Random(1);
        String alphabet = "ab= '\"\\\n\t$`#";
        for (int i = 0; i < 2000; i++) {
            List<String> words = new ArrayList<>();
            for (int w = random.nextInt(4); w >= 0; w--) {
                StringBuilder s = new StringBuilder();
                for (int n = random.nextInt(6); n > 0; n--) {
                    s.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                words.add(s.toString());
            }
            assertEquals(words, LayerLine.split(LayerLine.join(words)));
        }
    }
}
