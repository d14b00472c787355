package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Sizes, times, integers, fractions, booleans and paths: a value in its range, or one line. */
public final class ValuesFuzz implements FuzzTarget {
    private static final Path DIRECTORY = Path.of("/somewhere");
    private static final String SUFFIXES = "bskmgtpe";

    @Override
    public void test(byte[] input) {
        String text = Text.of(input);
        size(text);
        integer(text);
        parse(text, Delays::parse).ifPresent(ValuesFuzz::checkDelay);
        parse(text, Probabilities::parse).ifPresent(v -> Check.that(v >= 0 && Double.isFinite(v), () -> "the probability " + v));
        parse(text, Booleans::parse);
        parse(text, t -> FilePaths.parse(t, DIRECTORY)).ifPresent(p -> Check.that(p.isAbsolute(), () -> p + " is not absolute"));
    }

    private static <T> Optional<T> parse(String text, Function<String, T> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
            return Optional.empty();
        }
    }

    private static void size(String text) {
        Optional<Long> size = parse(text, Sizes::parse);
        Check.same(expectedSize(text), size, "the size of '" + text + "'");
        size.ifPresent(s -> Check.same(s, Sizes.parse(Sizes.format(s)), "the size that was written as " + Sizes.format(s)));
    }

    /** By other means: what is left of the digits is at most one suffix. */
    private static Optional<Long> expectedSize(String text) {
        String s = text.stripLeading();
        if (!s.matches("[+-]?[0-9]+[bskmgtpeBSKMGTPE]?")) {
            return Optional.empty();
        }
        int suffix = SUFFIXES.indexOf(Character.toLowerCase(s.charAt(s.length() - 1)));
        BigInteger digits = new BigInteger(suffix < 0 ? s : s.substring(0, s.length() - 1));
        int bits = suffix < 2 ? 0 : 10 * (suffix - 1);
        BigInteger value = suffix == 1 ? digits.multiply(BigInteger.valueOf(512)) : digits.shiftLeft(bits);
        boolean fits = value.signum() >= 0 && value.bitLength() < Long.SIZE && !s.startsWith("-");
        return fits ? Optional.of(value.longValueExact()) : Optional.empty();
    }

    private static void integer(String text) {
        Optional<Long> value = parse(text, Integers::parse);
        value.ifPresent(v -> Check.same(v, Integers.parse(Long.toString(v)), "an integer in decimal"));
        value.filter(v -> v >= 0).ifPresent(v -> Check.same(v, Integers.parse("0x" + Long.toHexString(v)), "an integer in hexadecimal"));
        parse(text, t -> Integers.parse(t, -5, 5)).ifPresent(v -> Check.that(v >= -5 && v <= 5, () -> v + " is outside of -5 to 5"));
    }

    private static void checkDelay(Duration delay) {
        Check.that(!delay.isNegative() && delay.toSeconds() <= 0xffff_ffffL, () -> "the delay " + delay);
    }
}
