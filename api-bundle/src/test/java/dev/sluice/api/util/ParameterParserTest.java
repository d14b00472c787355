package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ParameterParserTest {
    private static final Path HERE = Path.of("/here");

    @Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
    @Parameter(name = "wait", aliases = {"wait-time", "hold"}, type = ParameterType.DELAY, defaultValue = "10ms", help = "time")
    @Parameter(name = "mode", choices = {"fast", "slow"}, defaultValue = "fast", help = "how")
    @Parameter(name = "file", type = ParameterType.PATH, repeatable = true, help = "files")
    @Parameter(name = "count", type = ParameterType.INTEGER, defaultValue = "3", help = "how many")
    @Parameter(name = "limit", type = ParameterType.SIZE, help = "most")
    @Parameter(name = "ok", type = ParameterType.BOOLEAN, defaultValue = "no", help = "whether")
    @Parameter(name = "p", type = ParameterType.PROBABILITY, defaultValue = "0", help = "chance")
    @Parameter(name = "bits", type = ParameterType.RATE, defaultValue = "8k", help = "bits per second")
    @Parameter(name = "pass", type = ParameterType.PASSWORD, help = "the secret")
    @Parameter(name = "token", secret = true, choices = {"a", "b"}, help = "a secret word")
    private static final class Kind {
    }

    private static final class Bare {
    }

    private abstract static class BareFilter implements NbdFilter {
    }

    @OpenParameters
    @Parameter(name = "known", type = ParameterType.SIZE, help = "known")
    private static final class Open {
    }

    @Parameter(name = "script", help = "the program")
    private static final class Script {
    }

    private static Parameters parse(String... words) {
        return ParameterParser.parse(Kind.class, "kind", List.of(words), HERE);
    }

    private static String refused(Class<?> kind, String... words) {
        return assertThrows(ConfigException.class, () -> ParameterParser.parse(kind, "kind", List.of(words), HERE)).getMessage();
    }

    @Test
    void everyTypeIsRead() {
        Parameters p = parse("size=1k", "wait=2us", "mode=slow", "count=0x10", "limit=1s", "ok=y", "p=10%", "bits=1m", "pass=x y");
        assertEquals(1024, p.size("size"));
        assertEquals(Duration.ofNanos(2000), p.delay("wait"));
        assertEquals("slow", p.string("mode"));
        assertEquals(16, p.integer("count", 0, 100));
        assertEquals(OptionalLong.of(512), p.optionalSize("limit"));
        assertTrue(p.bool("ok"));
        assertEquals(0.1, p.probability("p"));
        assertEquals(1 << 20, p.rate("bits"));
        assertEquals("x y", p.password("pass"));
    }

    @Test
    void defaultsStandInForWhatWasNotGiven() {
        Parameters p = parse("size=1");
        assertEquals(Duration.ofMillis(10), p.delay("wait"));
        assertEquals("fast", p.string("mode"));
        assertEquals(3, p.integer("count", 0, 3));
        assertEquals(OptionalLong.empty(), p.optionalSize("limit"));
        assertEquals(Optional.empty(), p.optional("limit"));
        assertEquals(List.of(), p.paths("file"));
        assertFalse(p.has("mode"));
        assertEquals(8192, p.rate("bits"));
    }

    @Test
    void theLastOfSeveralValuesCounts() {
        assertEquals(2, parse("size=1", "size=2").size("size"));
    }

    @Test
    void aRepeatableKeyKeepsAllInOrder() {
        Parameters p = parse("1", "file=b", "file=/a");
        assertEquals(List.of(Path.of("/here/b"), Path.of("/a")), p.paths("file"));
        assertEquals(List.of("b", "/a"), p.strings("file"));
        assertEquals(Path.of("/a"), p.path("file"));
    }

    @Test
    void aBareWordGoesToTheMagicKey() {
        assertEquals(1 << 20, parse("1M").size("size"));
    }

    @Test
    void aWordWhoseKeyIsNoKeyIsBare() {
        for (String word : new String[] {"=x", "./a=b", "1=2", "data ' 1 2 '", "a b=c"}) {
            assertEquals("kind: size=" + word + ": a size is a decimal number with at most one of the suffixes b, s, k, m, g, t, p, e",
                    refused(Kind.class, word));
        }
    }

    @Test
    void anAliasIsAnotherSpelling() {
        Parameters p = parse("1", "hold=1s", "wait-time=2s");
        assertEquals(Duration.ofSeconds(2), p.delay("wait"));
        assertEquals(List.of("size", "wait", "wait"), p.words().stream().map(Parameters.Word::name).toList());
    }

    @Test
    void anUnknownKeyIsRefusedByName() {
        assertEquals("kind: unknown parameter 'siez'; it takes size, wait, mode, file, count, limit, ok, p, bits, pass, token",
                refused(Kind.class, "siez=1"));
    }

    @Test
    void aMalformedValueIsNamedWithItsKey() {
        assertTrue(refused(Kind.class, "size=12x").startsWith("kind: size=12x: "));
        assertEquals("kind: size=-5: a size cannot be negative", refused(Kind.class, "size=-5"));
        assertEquals("kind: mode=quick: must be one of fast, slow", refused(Kind.class, "1", "mode=quick"));
    }

    @Test
    void aMalformedValueIsFoundEvenIfALaterOneCounts() {
        refused(Kind.class, "size=x", "size=1");
    }

    @Test
    void aMessageIsOneLineWhateverTheWordContains() {
        assertFalse(refused(Kind.class, "size=1\n2").contains("\n"));
        assertFalse(refused(Bare.class, "size=1\n2").contains("\n"));
    }

    @Test
    void aSecretIsNotShown() {
        assertEquals("kind: token=(secret): must be one of a, b", refused(Kind.class, "1", "token=hunter2"));
    }

    @Test
    void aMissingRequiredKeyIsNamed() {
        assertEquals("kind: parameter 'size' must be given: size=SIZE, size of the disk", refused(Kind.class));
    }

    @Test
    void aKindWithoutParametersTakesNone() {
        assertEquals("kind: this plugin does not need command line configuration, but got: x=1", refused(Bare.class, "x=1"));
        assertEquals("kind: this filter does not need command line configuration, but got: x", refused(BareFilter.class, "x"));
        assertEquals(List.of(), ParameterParser.parse(Bare.class, "kind", List.of(), HERE).words());
    }

    @Test
    void anOpenKindTakesUndeclaredKeysButChecksDeclaredOnes() {
        Parameters p = ParameterParser.parse(Open.class, "kind", List.of("x", "a=1", "known=1k"), HERE);
        assertEquals(List.of(new Parameters.Word("script", "x"), new Parameters.Word("a", "1"), new Parameters.Word("known", "1k")),
                p.words());
        refused(Open.class, "known=x");
    }

    @Test
    void onlyTheFirstBareWordIsAScript() {
        assertEquals("a.sh", ParameterParser.parse(Script.class, "kind", List.of("a.sh"), HERE).string("script"));
        assertEquals("kind: expecting key=value on the command line but got: b", refused(Script.class, "a.sh", "b"));
    }

    @Test
    void anIntegerOutsideTheRangeOfTheKindIsRefused() {
        var e = assertThrows(ConfigException.class, () -> parse("1", "count=17").integer("count", 0, 16));
        assertEquals("kind: count=17: must lie between 0 and 16", e.getMessage());
    }

    @Test
    void anUndeclaredNameIsTheAuthorsMistake() {
        assertThrows(IllegalArgumentException.class, () -> parse("1").has("nothing"));
        assertThrows(IllegalArgumentException.class, () -> parse("1").size("hold"));
        assertThrows(IllegalArgumentException.class, () -> parse("1").size("count"));
    }

    @Test
    void theDirectoryWhereRelativePathsStartIsTold() {
        assertEquals(HERE, ParameterParser.parse(Bare.class, "bare", List.of(), HERE).directory());
        assertEquals(Path.of("sub").toAbsolutePath(), ParameterParser.parse(Bare.class, "bare", List.of(), Path.of("sub")).directory());
    }
}
