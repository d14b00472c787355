package dev.sluice.filter.protect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtectedRangesTest {
    private static final String RIGHT = "a range is START-END or ~START-END, both decimal, 0octal or 0xhex, either may be left out";
    private static final String MAX = Long.toString(Long.MAX_VALUE);

    private static List<String> parse(String... words) {
        ProtectedRanges ranges = ProtectedRanges.parse(List.of(words));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < ranges.count(); i++) {
            all.add(ranges.start(i) + "-" + (ranges.last(i) == Long.MAX_VALUE ? "" : ranges.last(i)));
        }
        return all;
    }

    private static void refused(String word, String why) {
        assertEquals("protect: protect=" + word + ": " + why, assertThrows(ConfigException.class, () -> parse(word)).getMessage());
    }

    @Test
    void nothingIsProtectedByNoWords() {
        assertEquals(List.of(), parse());
    }

    @Test
    void bothEndsAreIncluded() {
        assertEquals(List.of("5-5"), parse("5-5"));
        assertEquals(List.of("0-511"), parse("0-511"));
    }

    @Test
    void eitherEndMayBeLeftOut() {
        assertEquals(List.of("7-"), parse("7-"));
        assertEquals(List.of("0-7"), parse("-7"));
        assertEquals(List.of("0-"), parse("-"));
    }

    @Test
    void octalAndHexadecimalAreUnderstood() {
        assertEquals(List.of("8-31"), parse("010-0x1f"));
        assertEquals(List.of("0-"), parse("0-0x7fffffffffffffff"));
    }

    @Test
    void aTildeProtectsAllOthers() {
        assertEquals(List.of("0-4", "7-"), parse("~5-6"));
        assertEquals(List.of("7-"), parse("~0-6"));
        assertEquals(List.of("7-"), parse("~-6"));
        assertEquals(List.of("0-4"), parse("~5-"));
        assertEquals(List.of("0-4"), parse("~5-" + MAX));
        assertEquals(List.of(), parse("~-"));
    }

    @Test
    void overlappingAndTouchingRangesBecomeOne() {
        assertEquals(List.of("0-20"), parse("10-20", "0-12"));
        assertEquals(List.of("0-20"), parse("0-9", "10-20"));
        assertEquals(List.of("0-20"), parse("0-20", "3-4"));
        assertEquals(List.of("0-8", "10-20"), parse("10-20", "0-8"));
        assertEquals(List.of("1-"), parse("1-", "5-6", MAX + "-"));
        assertEquals(List.of("0-"), parse("~5-6", "5-6"));
        assertEquals(List.of("0-"), parse("~5-6", "~10-11"));
    }

    @Test
    void theFirstRangeAtOrBehindAnOffsetIsFound() {
        ProtectedRanges ranges = ProtectedRanges.parse(List.of("10-19", "30-30", "40-49"));
        int[] expected = {0, 0, 1, 1, 1, 2, 2, 3};
        long[] offsets = {0, 19, 20, 29, 30, 31, 49, 50};
        for (int i = 0; i < offsets.length; i++) {
            assertEquals(expected[i], ranges.find(offsets[i]), "offset " + offsets[i]);
        }
        assertEquals(0, ProtectedRanges.parse(List.of()).find(5));
        assertEquals(0, ProtectedRanges.parse(List.of("-")).find(Long.MAX_VALUE));
    }

    @Test
    void whatIsNoRangeIsRefused() {
        refused("5", RIGHT);
        refused("", RIGHT);
        refused("~", RIGHT);
        refused("10-9", "it ends before it starts");
        refused("~10-9", "it ends before it starts");
        for (String number : List.of("2-3", "1k", "a")) {
            refused("1-" + number,
                    "'" + number + "': an integer is decimal, 0x and hexadecimal digits, or 0 and octal digits; " + RIGHT);
        }
        refused("0-9223372036854775808", "'9223372036854775808': too large: an integer lies between -2^63 and 2^63-1; " + RIGHT);
    }
}
