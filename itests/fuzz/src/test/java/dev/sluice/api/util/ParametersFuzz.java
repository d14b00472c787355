package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.nio.file.Path;
import java.util.List;

/** The words of a layer against its declarations. */
public final class ParametersFuzz implements FuzzTarget {
    private static final Path DIRECTORY = Path.of("/somewhere");

    @Override
    public void test(byte[] input) {
        List<String> words = Text.words(input);
        if (words.stream().anyMatch(w -> w.startsWith("password=+") || w.startsWith("password=-"))) {
            // would read files
            return;
        }
        try {
            check(ParameterParser.parse(Everything.class, "everything", words, DIRECTORY), words);
        } catch (ConfigException e) {
            message(e, words);
        }
        try {
            Parameters none = ParameterParser.parse(Nothing.class, "nothing", words, DIRECTORY);
            Check.same(List.of(), none.words(), "words of a kind that takes none");
        } catch (ConfigException e) {
            message(e, words);
        }
    }

    private static void message(ConfigException e, List<String> words) {
        Check.oneLine(e.getMessage());
        Check.that(e.getMessage().matches("(everything|nothing): .*"), () -> "the kind is not named: " + e.getMessage());
        // where there is nothing else it can't stand there by chance
        boolean secret = words.size() == 1 && words.get(0).startsWith("password=") && words.get(0).length() > 16;
        boolean known = e.getMessage().startsWith("everything");
        Check.that(!secret || !known || !e.getMessage().contains(words.get(0).substring("password=".length())),
                () -> "shows a secret: " + e.getMessage());
    }

    private static void check(Parameters p, List<String> words) {
        Check.same(words.size(), p.words().size(), "how many words there are");
        Check.that(p.has("size"), () -> "what is required is there");
        Check.that(p.size("size") >= 0 && p.rate("rate") >= 0 && p.probability("probability") >= 0 && !p.delay("delay").isNegative(),
                () -> "a value is negative in " + words);
        p.bool("boolean");
        Check.that(p.path("path").isAbsolute() && p.paths("path").stream().allMatch(Path::isAbsolute), () -> "a path is relative");
        p.optional("choice").ifPresent(c -> Check.that(List.of("one", "two").contains(c), () -> c + " is no choice"));
        Check.that(p.strings("string").size() <= words.size() + 1, () -> "too many strings");
        try {
            long n = p.integer("integer", 1, 10);
            Check.that(n >= 1 && n <= 10, () -> n + " is outside");
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
            Check.that(e.getMessage().startsWith("everything: integer="), () -> "the key is not named: " + e.getMessage());
        }
    }

    /** One of each. */
    @Parameter(name = "size", type = ParameterType.SIZE, required = true, magic = true, help = "a size")
    @Parameter(name = "string", repeatable = true, aliases = "text", help = "a text")
    @Parameter(name = "choice", choices = {"one", "two"}, help = "one of two")
    @Parameter(name = "integer", type = ParameterType.INTEGER, defaultValue = "3", help = "an integer")
    @Parameter(name = "boolean", type = ParameterType.BOOLEAN, defaultValue = "no", help = "yes or no")
    @Parameter(name = "delay", type = ParameterType.DELAY, defaultValue = "1ms", help = "a time")
    @Parameter(name = "probability", type = ParameterType.PROBABILITY, defaultValue = "10%", help = "a fraction")
    @Parameter(name = "rate", type = ParameterType.RATE, defaultValue = "1M", help = "bits per second")
    @Parameter(name = "path", type = ParameterType.PATH, defaultValue = "x", repeatable = true, help = "a file")
    @Parameter(name = "password", type = ParameterType.PASSWORD, help = "a secret")
    abstract static class Everything implements NbdPlugin {
        @Override
        public NbdDevice open(OpenRequest request) {
            throw new AssertionError("never made");
        }
    }

    /** None. */
    abstract static class Nothing implements NbdPlugin {
    }
}
