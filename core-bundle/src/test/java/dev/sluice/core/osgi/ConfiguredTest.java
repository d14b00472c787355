package dev.sluice.core.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ConfiguredTest {
    private static Configured with(Object value) {
        return new Configured("thing t", Map.of("k", value));
    }

    private static void refused(String expected, Executable e) {
        assertEquals(expected, assertThrows(ConfigException.class, e).getMessage());
    }

    @Test
    void whatIsNotThereHasItsDefault() {
        Configured c = new Configured("thing t", Map.of());
        assertEquals("d", c.string("k", "d"));
        assertEquals(List.of(), c.strings("k"));
        assertTrue(c.bool("k", true));
        assertEquals(7, c.integer("k", 7, 1, 9));
        assertEquals(7L, c.size("k", 7, 1));
        assertEquals(Duration.ofSeconds(7), c.delay("k", Duration.ofSeconds(7)));
    }

    @Test
    void aListIsAnArrayACollectionOrOneText() {
        assertEquals(List.of("a", "b"), with(new String[] {"a", "b"}).strings("k"));
        assertEquals(List.of("a", "b"), with(List.of("a", "b")).strings("k"));
        assertEquals(List.of("a"), with("a").strings("k"));
    }

    @Test
    void aBooleanIsABooleanOrItsText() {
        assertFalse(with(false).bool("k", true));
        assertFalse(with("False").bool("k", true));
        refused("thing t: k=maybe: true or false is meant", () -> with("maybe").bool("k", true));
    }

    @Test
    void aNumberIsANumberOrItsText() {
        assertEquals(5, with(5L).integer("k", 7, 1, 9));
        assertEquals(5, with("5").integer("k", 7, 1, 9));
        assertEquals(255, with("0xff").integer("k", 7, 1, 999));
    }

    @Test
    void aNumberOutsideOfItsBoundsIsRefused() {
        refused("thing t: k=10: a number from 1 to 9 is meant", () -> with(10).integer("k", 7, 1, 9));
        refused("thing t: k=4294967297: a number from 1 to 9 is meant", () -> with(4294967297L).integer("k", 7, 1, 9));
        refused("thing t: k=x: a number from 1 to 9 is meant", () -> with("x").integer("k", 7, 1, 9));
    }

    @Test
    void aSizeIsANumberOrItsText() {
        assertEquals(1 << 20, with("1M").size("k", 7, 1));
        assertEquals(512L, with(512).size("k", 7, 512));
        refused("thing t: k=1Q: a size of at least 1 bytes, such as 1G, is meant", () -> with("1Q").size("k", 7, 1));
    }

    @Test
    void aSizeThatIsTooSmallIsRefused() {
        refused("thing t: k=-1: a size of at least 0 bytes, such as 1G, is meant", () -> with(-1L).size("k", 7, 0));
        refused("thing t: k=-1: a size of at least 0 bytes, such as 1G, is meant", () -> with("-1").size("k", 7, 0));
        refused("thing t: k=63M: a size of at least 67108864 bytes, such as 1G, is meant", () -> with("63M").size("k", 7, 64 << 20));
    }

    @Test
    void aDelayHasAUnit() {
        assertEquals(Duration.ofMillis(250), with("250ms").delay("k", Duration.ZERO));
        assertEquals(Duration.ofSeconds(3), with(3).delay("k", Duration.ZERO));
        refused("thing t: k=soon: a time such as 10s or 250ms is meant", () -> with("soon").delay("k", Duration.ZERO));
    }

    @Test
    void aSettingThatNobodyReadsIsRefusedAndNamed() {
        refused("thing t: there is no setting 'k'; there are address, name", () -> with("v").only("name", "address"));
    }

    @Test
    void settingsOfToolsAreLeftAlone() {
        Configured c = new Configured("thing t", Map.of("service.pid", "x", ":configurator:resource", "y", "name", "n"));
        assertEquals("n", c.only("name").string("name", ""));
    }

    @Test
    void aTextIsNoList() {
        refused("thing t: k=[a, b]: one text is meant", () -> with(new String[] {"a", "b"}).string("k", ""));
    }

    @Test
    void aChoiceIsOneOfItsTexts() {
        assertEquals("b", with("b").choice("k", "a", "b"));
        assertEquals("a", new Configured("thing t", Map.of()).choice("k", "a", "b"));
        refused("thing t: k=c: a or b is meant", () -> with("c").choice("k", "a", "b"));
    }

    @Test
    void numbersAreNoListOfTexts() {
        refused("thing t: k=7: a list of texts is meant", () -> with(7).strings("k"));
        refused("thing t: k=[…]: a list of texts is meant", () -> with(new long[] {7}).strings("k"));
    }
}
