package dev.sluice.commandline;

import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.ParameterStatus;
import dev.sluice.api.util.LayerLine;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Words of a command line up to the lines of an export, or one line about what is wrong; nothing is started. */
public final class CommandLineFuzz implements FuzzTarget {
    private static final Path DIRECTORY = Path.of("/nowhere");
    private static final KindStatus MEMORY = kind("memory", false, false, "size", "allocator");
    private static final KindStatus EVAL = kind("eval", false, true, "missing");
    private static final KindStatus COW = kind("cow", true, false, "cow-block-size", "cow-on-read");
    private static final KindStatus OPEN = kind("open", true, true, "x");

    @Override
    public void test(byte[] input) {
        List<String> argv = Text.words(input);
        try {
            OptionParser.Line line = OptionParser.parse(argv);
            Check.that(line.words().size() + line.options().size() <= 2 * Text.of(input).length() + 2, () -> "more than was given");
            Settings settings = new Settings(KindFile.expand(line, DIRECTORY), DIRECTORY, false);
            look(settings);
            List<String> parameters = settings.parameters();
            for (Chain chain : List.of(new Chain(List.of(), MEMORY), new Chain(List.of(COW, OPEN), EVAL))) {
                lines(chain, parameters);
            }
        } catch (UsageException e) {
            Check.oneLine(e.getMessage());
        }
    }

    private static void look(Settings settings) {
        Check.that(settings.handshakeMask() >= 0 && settings.handshakeMask() <= 0xffff, () -> "the mask " + settings.handshakeMask());
        settings.threads().ifPresent(n -> Check.that(n > 0 && n <= 1024, () -> n + " threads"));
        settings.unixSocket().ifPresent(p -> Check.that(p.isAbsolute(), () -> p + " is not absolute"));
        settings.file(Option.PID_FILE).ifPresent(p -> Check.that(p.isAbsolute(), () -> p + " is not absolute"));
        settings.filters().forEach(KindFile::isMeant);
    }

    private static void lines(Chain chain, List<String> parameters) throws UsageException {
        List<String> lines = chain.lines(parameters);
        Check.same(chain.filters().size() + 1, lines.size(), "how many layers there are");
        List<String> words = new ArrayList<>();
        for (String line : lines) {
            List<String> split = LayerLine.split(line);
            words.addAll(split.subList(1, split.size()));
        }
        List<String> given = new ArrayList<>(parameters);
        words.sort(null);
        given.sort(null);
        Check.same(given, words, "the words of all layers");
        chain.check(parameters);
    }

    private static KindStatus kind(String name, boolean filter, boolean open, String... keys) {
        List<ParameterStatus> parameters = new ArrayList<>();
        for (String key : keys) {
            parameters.add(new ParameterStatus(key, List.of(), "string", List.of(), "", false, false, true, false, "a parameter"));
        }
        return new KindStatus(name, filter, "1", "b", "l", "", false, open, parameters);
    }
}
