package dev.sluice.api.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsersTest {
    private static void refused(String text, Function<String, ?> parser) {
        ConfigException e = assertThrows(ConfigException.class, () -> parser.apply(text), () -> "'" + text + "'");
        assertFalse(e.getMessage().contains("\n"));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "512b,512", "1s,512", "2S,1024", "1k,1024", "1K,1024", "3m,3145728", "1G,1073741824",
        "1t,1099511627776", "1P,1125899906842624", "7e,8070450532247928832", "9223372036854775807,9223372036854775807",
        "+5,5", "010,10", "-0,0"})
    void sizesAreDecimalWithOneSuffix(String text, long bytes) {
        if (text.startsWith("-")) {
            refused(text, Sizes::parse);
        } else {
            assertEquals(bytes, Sizes.parse(text));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "k", "-1", "-1k", "12x", "12kk", "1 k", "0x10", "1.5k", "1MiB", "1MB", "8e",
        "9223372036854775808", "99999999999999999999999999", "9007199254740992k", "\u0661"})
    void whatIsNoSizeIsRefused(String text) {
        refused(text, Sizes::parse);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 512, 1024, 1025, 1 << 20, 3L << 40, 1L << 62, Long.MAX_VALUE})
    void aFormattedSizeIsReadBack(long bytes) {
        assertEquals(bytes, Sizes.parse(Sizes.format(bytes)));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "10,10", "010,8", "0x1F,31", "0Xff,255", "-1,-1", "-0x10,-16", "+7,7",
        "9223372036854775807,9223372036854775807", "-9223372036854775808,-9223372036854775808"})
    void integersHaveTheBaseThatTheirPrefixSays(String text, long value) {
        assertEquals(value, Integers.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0x", "08", "1.0", "12 ", "--1", "0xg", "9223372036854775808", "1k"})
    void whatIsNoIntegerIsRefused(String text) {
        refused(text, Integers::parse);
    }

    @Test
    void anIntegerOutsideItsRangeIsRefused() {
        refused("5", t -> Integers.parse(t, 0, 4));
    }

    @Test
    void booleansKnowNbdkitsSpellings() {
        for (String yes : "1 true t yes y on TRUE On".split(" ")) {
            assertTrue(Booleans.parse(yes), yes);
        }
        for (String no : "0 false f no n off FALSE oFF".split(" ")) {
            assertFalse(Booleans.parse(no), no);
        }
        for (String bad : new String[] {"", "2", "tru", "enable", " 1"}) {
            refused(bad, Booleans::parse);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1000000000", "1s,1000000000", "100ms,100000000", "0.1,100000000", ".5s,500000000", "1us,1000",
        "2\u03bcs,2000", "2\u00b5s,2000", "7ns,7", "1e-3,1000000", "0.4ns,0", "4294967295,4294967295000000000"})
    void delaysHaveSuffixesAndFractions(String text, long nanos) {
        assertEquals(Duration.ofNanos(nanos), Delays.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "-1ms", "1m", "1h", "x", "1 s", "inf", "nan", "4294967296", "1e999", "1d"})
    void whatIsNoDelayIsRefused(String text) {
        refused(text, Delays::parse);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "0.1,0.1", "10%,0.1", "1:10,0.1", "1/10,0.1", "1e-6,0.000001", "200%,2", "0/0,0", "0:1,0", "3,3"})
    void probabilitiesHaveFiveSpellings(String text, double value) {
        assertEquals(value, Probabilities.parse(text), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-0.1", "1/0", "1/-2", "10%%", "1:2:3", "x", "nan", "inf", "1e999", "0x1p-3", "1f"})
    void whatIsNoProbabilityIsRefused(String text) {
        refused(text, Probabilities::parse);
    }

    @Test
    void aPathIsMadeAbsoluteWhereTheOperatorStands() {
        assertEquals(Path.of("/here/a/../b"), FilePaths.parse("a/../b", Path.of("/here")));
        assertEquals(Path.of("/x"), FilePaths.parse("/x", Path.of("/here")));
        refused("", t -> FilePaths.parse(t, Path.of("/here")));
        refused("a\0b", t -> FilePaths.parse(t, Path.of("/here")));
    }

    @Test
    void aPasswordIsTheTextItself() {
        assertEquals("s3cret", Passwords.read("s3cret", Path.of("/")));
        assertEquals("", Passwords.read("", Path.of("/")));
    }

    @Test
    void aPasswordIsTheFirstLineOfAFile(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("pw"), "s3cr\u00e9t\nmore\n");
        assertEquals("s3cr\u00e9t", Passwords.read("+pw", directory));
        Files.writeString(directory.resolve("unended"), "abc");
        assertEquals("abc", Passwords.read("+unended", directory));
    }

    @Test
    void aPasswordFileThatIsMissingOrEmptyIsNamed(@TempDir Path directory) throws IOException {
        var missing = assertThrows(ConfigException.class, () -> Passwords.read("+pw", directory));
        assertEquals("cannot read a password from pw: no such file or directory", missing.getMessage());
        Files.createFile(directory.resolve("empty"));
        refused("+empty", t -> Passwords.read(t, directory));
    }

    @Test
    void aPasswordFromADescriptorOfTheStandardStreamsIsRefused() {
        for (String fd : new String[] {"-0", "-1", "-2", "-x", "-99999999999", "--3"}) {
            refused(fd, t -> Passwords.read(t, Path.of("/")));
        }
    }

    @Test
    void aPasswordIsAskedForOnATerminalOnly() {
        assertEquals("typed", Passwords.read("-", Path.of("/"), () -> Optional.of("typed")));
        refused("-", t -> Passwords.read(t, Path.of("/"), Optional::empty));
    }
}
