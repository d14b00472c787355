package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.KindStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainTest {
    private static final KindStatus MEMORY =
            FakeRuntime.kind("memory", false, false, FakeRuntime.parameter("size", true), FakeRuntime.parameter("allocator", false));
    private static final KindStatus OUTER = FakeRuntime.kind("outer", true, false, FakeRuntime.parameter("rate", false, "tempo"));
    private static final KindStatus INNER =
            FakeRuntime.kind("inner", true, false, FakeRuntime.parameter("rate", false), FakeRuntime.parameter("depth", false));
    private static final KindStatus OPEN = FakeRuntime.kind("open", true, true);

    private static List<String> lines(List<KindStatus> filters, String... words) {
        return new Chain(filters, MEMORY).lines(List.of(words));
    }

    @Test
    void theOutermostFilterThatKnowsAKeyTakesIt() {
        assertEquals(List.of("outer rate=1", "inner depth=2", "memory size=1G"),
                lines(List.of(OUTER, INNER), "rate=1", "depth=2", "size=1G"));
    }

    @Test
    void anAliasIsKnownToo() {
        assertEquals(List.of("inner", "outer tempo=1", "memory"), lines(List.of(INNER, OUTER), "tempo=1"));
    }

    @Test
    void whatNobodyKnowsIsThePluginsToRefuse() {
        assertEquals(List.of("outer", "memory what=1"), lines(List.of(OUTER), "what=1"));
    }

    @Test
    void bareWordsAreThePlugins() {
        assertEquals(List.of("outer", "memory 1G ./rate=1 =x 1=2"), lines(List.of(OUTER), "1G", "./rate=1", "=x", "1=2"));
    }

    @Test
    void anOpenFilterTakesOnlyWhatThePluginDoesNotDeclare() {
        assertEquals(List.of("open what=1", "memory allocator=sparse"), lines(List.of(OPEN), "allocator=sparse", "what=1"));
    }

    @Test
    void wordsKeepTheirOrderAndAreQuoted() {
        assertEquals(List.of("memory b=2 'a=x y' ''"), lines(List.of(), "b=2", "a=x y", ""));
    }
}
