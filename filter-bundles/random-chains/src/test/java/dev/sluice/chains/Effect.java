package dev.sluice.chains;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * One configured filter and what it means.
 *
 * @param line as on a command line
 * @param told the minimum block size that it tells; 0: that of what is behind it
 * @param through what bytes behind it read as through it
 * @param rules what else to know
 */
record Effect(String line, int told, UnaryOperator<byte[]> through, Set<Rule> rules) {
    /** What a test has to know about a filter. */
    enum Rule {
        /** Some changes are refused by design. */
        REFUSES_CHANGES,
        /** Requests of some shapes are refused by design. */
        REFUSES_SHAPES,
        /** Flush and FUA do not reach the hardware. */
        NOT_DURABLE,
        /** Nothing ever changes behind it. */
        SHIELDS,
        /** What was trimmed may read as anything, also as it was long ago. */
        TRIM_FORGETS,
        /** It fails requests at random while the fault file exists. */
        INJECTS,
        /** What it says about extents is the operator's, not the truth. */
        EXTENTS_ARE_TOLD
    }

    /** Changes no bytes. */
    static Effect same(String line, Rule... rules) {
        return of(line, b -> b, rules);
    }

    static Effect of(String line, UnaryOperator<byte[]> through, Rule... rules) {
        Set<Rule> set = EnumSet.noneOf(Rule.class);
        set.addAll(Set.of(rules));
        return new Effect(line, 0, through, set);
    }

    /** The same, and clients are told this minimum block size. */
    Effect telling(int minimum) {
        return new Effect(line, minimum, through, rules);
    }
}
