package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionParserTest {
    static Stream<Arguments> spellings() {
        return Stream.of(Option.values()).flatMap(option -> option.names().stream().map(name -> Arguments.of(option, name)));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void everySpellingMeansItsOption(Option option, String name) throws Exception {
        boolean takesValue = option.argument().isPresent();
        OptionParser.Line line = OptionParser.parse(takesValue ? List.of("memory", name, "value") : List.of("memory", name));
        assertEquals(List.of(new OptionParser.Given(option, name, takesValue ? "value" : "")), line.options());
        assertEquals(List.of("memory"), line.words());
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void anArgumentMayBeAttached(Option option, String name) throws Exception {
        if (option.argument().isPresent()) {
            String attached = name.startsWith("--") ? name + "=a=b" : name + "a=b";
            assertEquals(List.of(new OptionParser.Given(option, name, "a=b")), OptionParser.parse(List.of(attached)).options());
        }
    }

    @Test
    void noSpellingIsUsedTwice() {
        Set<String> seen = new HashSet<>();
        List<String> twice = new ArrayList<>();
        for (Option option : Option.values()) {
            option.names().stream().filter(name -> !seen.add(name)).forEach(twice::add);
            assertTrue(!option.words().isEmpty(), option + " needs a long name");
        }
        assertEquals(List.of(), twice);
    }

    @Test
    void optionsStandAnywhere() throws Exception {
        OptionParser.Line line = OptionParser.parse(List.of("-f", "memory", "-p", "0", "1G", "--filter", "cow", "a=b", "-r"));
        assertEquals(List.of("memory", "1G", "a=b"), line.words());
        assertEquals(List.of(Option.FOREGROUND, Option.PORT, Option.FILTER, Option.READ_ONLY),
                line.options().stream().map(OptionParser.Given::option).toList());
    }

    @Test
    void twoHyphensEndTheOptions() throws Exception {
        OptionParser.Line line = OptionParser.parse(List.of("memory", "--", "-f", "--run"));
        assertEquals(List.of("memory", "-f", "--run"), line.words());
        assertTrue(line.options().isEmpty());
    }

    @Test
    void aSingleHyphenIsAWordAndAnArgument() throws Exception {
        assertEquals(List.of("-"), OptionParser.parse(List.of("-")).words());
        assertEquals("-", OptionParser.parse(List.of("-U", "-")).options().get(0).value());
    }

    @Test
    void lettersCanBeClusteredWithAnArgumentBehindTheLast() throws Exception {
        OptionParser.Line line = OptionParser.parse(List.of("-frvp10810", "memory"));
        assertEquals(List.of(Option.FOREGROUND, Option.READ_ONLY, Option.VERBOSE, Option.PORT),
                line.options().stream().map(OptionParser.Given::option).toList());
        assertEquals("10810", line.options().get(3).value());
    }

    @Test
    void aShortenedNameThatMeansOneOptionIsTaken() throws Exception {
        assertEquals(Option.EXPORT_NAME, OptionParser.parse(List.of("--exp=x")).options().get(0).option());
        assertEquals(Option.RUN, OptionParser.parse(List.of("--ru", "true")).options().get(0).option());
        assertEquals(Option.TLS, OptionParser.parse(List.of("--tls=off")).options().get(0).option());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--dump-config", "--dump-man", "--long-options", "--short-options"})
    void whatFollowsAnOptionThatOnlyPrintsIsNotRead(String option) throws Exception {
        assertEquals(1, OptionParser.parse(List.of(option, "--foo", "-p")).options().size());
        assertThrows(UsageException.class, () -> OptionParser.parse(List.of("--foo", option)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "--foo|unrecognized option '--foo'",
        "--foo=3|unrecognized option '--foo'",
        "-Z|invalid option -- 'Z'",
        "-fZ|invalid option -- 'Z'",
        "-p|option requires an argument -- 'p'",
        "--port|option '--port' requires an argument",
        "--po|option '--port' requires an argument",
        "--help=3|option '--help' doesn't allow an argument",
        "--expo|option '--export' requires an argument",
        "--e|option '--e' is ambiguous; possibilities: '--exit-with-parent' '--export' '--export-name' '--exportname'",
    })
    void whatCantBeReadIsRefusedInTheWordsOfGetopt(String word, String text) {
        UsageException e = assertThrows(UsageException.class, () -> OptionParser.parse(List.of(word)));
        assertEquals(text, e.getMessage());
        assertTrue(e.showsSynopsis());
    }

    @Test
    void anErrorIsOneLineWhateverTheWordsHold() {
        UsageException e = assertThrows(UsageException.class, () -> OptionParser.parse(List.of("--no\nsuch\u001b[2J")));
        assertEquals("unrecognized option '--no\\x0asuch\\x1b[2J'", e.getMessage());
    }
}
