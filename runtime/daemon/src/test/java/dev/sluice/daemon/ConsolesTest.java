package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.Test;

/** With Gogo itself, outside of a framework. */
class ConsolesTest {
    private final List<List<String>> heard = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Consoles consoles = consoles();

    /** The commands that Gogo finds. */
    public final class Target {
        /** Hears words. */
        public String words(String... words) {
            heard.add(List.of(words));
            return "heard " + words.length;
        }

        /** Takes a number. */
        public String number(long n) {
            return "number " + n;
        }

        /** Finds nothing. */
        public boolean no() {
            return false;
        }
    }

    private Consoles consoles() {
        CommandProcessorImpl gogo = new CommandProcessorImpl(new ThreadIOImpl());
        gogo.addCommand("nbd", new Target(), "words");
        gogo.addCommand("felix", new Target(), "number");
        gogo.addCommand("felix", new Target(), "no");
        return new Consoles(gogo, words -> List.of("nbd:words"));
    }

    private boolean run(String line) throws Exception {
        return consoles.open(out).run(line, out);
    }

    private boolean run(List<String> words) throws Exception {
        return consoles.open(out).run(words, out);
    }

    @Test
    void everyWordArrivesAsItIs() throws Exception {
        List<String> words = List.of("plain", "key=value", "", "a b", "a'b", "a\"b", "a'b \"c", "$HOME", "${x}", "\\", "a\\", "\\n", "(x)",
                "{x}", "[x]", "<x", "a|b", "a;b", "a&b", "#x", "~", "*", "%x", "ä€",
                "!x", "`x`", "x>y", "12", "007", "1e3", "a\tb", "@x", "x$(y)");
        run(concat("nbd:words", words));
        assertEquals(words, heard.get(0));
    }

    private static List<String> concat(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    @Test
    void aNumberIsOneForOtherCommands() throws Exception {
        run(List.of("number", "12"));
        assertEquals("number 12\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void ourScopeComesFirst() throws Exception {
        run("words x");
        assertEquals(List.of(List.of("x")), heard);
    }

    @Test
    void falseIsAFailureAndIsNotPrinted() throws Exception {
        assertEquals(false, run("no"));
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void onlyANameIsACommand() {
        assertEquals("'$x' is no command; nbd:help lists those of Sluice",
                assertThrows(IllegalArgumentException.class, () -> run(List.of("$x"))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> run(List.of("a b")));
        assertThrows(IllegalArgumentException.class, () -> run(List.of()));
    }

    @Test
    void completionKnowsGogosCommandsToo() {
        assertEquals(List.of("no", "number"), consoles.complete(consoles.open(out), List.of("n")).stream()
                .filter(c -> !c.contains(":")).toList());
    }
}
