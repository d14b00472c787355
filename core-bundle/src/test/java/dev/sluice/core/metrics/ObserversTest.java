package dev.sluice.core.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.RuntimeObserver;
import dev.sluice.api.runtime.SlowRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObserversTest {
    private final Observers observers = new Observers();
    private final List<String> told = new ArrayList<>();

    private RuntimeObserver named(String name) {
        return new RuntimeObserver() {
            @Override
            public void slow(SlowRequest request) {
                told.add(name + " " + request.took().toMillis());
            }

            @Override
            public void changed() {
                told.add(name + " changed");
            }
        };
    }

    private static SlowRequest took(int millis) {
        return new SlowRequest("e", 1, "read", 0, 1, Duration.ofMillis(millis), false);
    }

    @Test
    void withoutObserversNothingIsSlow() throws Exception {
        assertFalse(observers.isSlow(Long.MAX_VALUE));
        AutoCloseable one = observers.add(named("a"), Duration.ofMillis(5));
        assertTrue(observers.isSlow(Duration.ofMillis(6).toNanos()));
        assertFalse(observers.isSlow(Duration.ofMillis(5).toNanos()));
        one.close();
        assertFalse(observers.isSlow(Long.MAX_VALUE));
    }

    @Test
    void everyoneIsToldOfWhatIsSlowForThem() {
        observers.add(named("a"), Duration.ofMillis(5));
        observers.add(named("b"), Duration.ofMillis(50));
        observers.add(named("c"), null);
        observers.slow(took(10));
        observers.slow(took(100));
        assertEquals(List.of("a 10", "a 100", "b 100"), told);
    }

    @Test
    void anObserverThatFailsDoesNotKeepTheOthersFromKnowing() {
        observers.add(new RuntimeObserver() {
            @Override
            public void changed() {
                throw new IllegalStateException("broken");
            }
        }, null);
        observers.add(named("a"), null);
        observers.changed();
        assertEquals(List.of("a changed"), told);
    }
}
