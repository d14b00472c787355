package dev.sluice.api;

/** How the text of a parameter is understood; the rules are nbdkit's. */
public enum ParameterType {
    /** Any text. */
    STRING,
    /** Bytes: decimal with at most one of the suffixes b k m g t p e (powers of 1024, either case) or s (512). */
    SIZE,
    /** An integer: decimal, 0x hexadecimal, or octal with a leading 0. */
    INTEGER,
    /** 1 true t yes y on, 0 false f no n off, in any case. */
    BOOLEAN,
    /** A time: a number with one of s ms us ns behind it; seconds without. */
    DELAY,
    /** A fraction: {@code 0.1}, {@code 10%}, {@code 1:10}, {@code 1/10}, {@code 1e-6}; not negative. */
    PROBABILITY,
    /** Bits per second: a size whose suffixes are powers of 1024. */
    RATE,
    /** A file name; relative to the directory where the operator stands, made absolute. */
    PATH,
    /** A secret: the text itself, {@code +FILE} for the first line of a file, {@code -FD} for an open descriptor. */
    PASSWORD
}
