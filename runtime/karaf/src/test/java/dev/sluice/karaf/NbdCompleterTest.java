package dev.sluice.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.junit.jupiter.api.Test;

class NbdCompleterTest {
    private final List<List<String>> asked = new ArrayList<>();
    private final NbdCompleter completer = new NbdCompleter(words -> {
        asked.add(words);
        return List.of("rdelay=", "memory");
    });

    /** A line with the cursor behind the last character of its last word. */
    private record Line(String... words) implements CommandLine {
        @Override
        public int getCursorArgumentIndex() {
            return words.length - 1;
        }

        @Override
        public String getCursorArgument() {
            return words[words.length - 1];
        }

        @Override
        public int getArgumentPosition() {
            return getCursorArgument().length();
        }

        @Override
        public String[] getArguments() {
            return words;
        }

        @Override
        public int getBufferPosition() {
            return getBuffer().length();
        }

        @Override
        public String getBuffer() {
            return String.join(" ", words);
        }
    }

    @Test
    void itPassesTheWordsUpToTheCursor() {
        List<String> found = new ArrayList<>();
        assertEquals(11, completer.complete(null, new Line("nbd:insert", "di"), found));
        assertEquals(List.of(List.of("nbd:insert", "di")), asked);
        assertEquals(List.of("rdelay=", "memory"), found);
    }

    @Test
    void aKeyIsNotFollowedByABlank() {
        List<Candidate> found = new ArrayList<>();
        completer.completeCandidates(null, new Line("nbd:insert", "disk", "delay", ""), found);
        assertFalse(found.get(0).complete());
        assertTrue(found.get(1).complete());
    }
}
