package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoreCancellationTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final CoreCancellation cancellation = new CoreCancellation(platform, null);
    private final List<String> fired = new ArrayList<>();

    private Background<Boolean> sleeping(Cancellation c) {
        Background<Boolean> b = Background.run(() -> {
            c.sleep(Duration.ofSeconds(5));
            return true;
        });
        platform.awaitParked(1);
        return b;
    }

    @Test
    void sleepEndsWhenItsTimeHasCome() throws Exception {
        Background<Boolean> b = sleeping(cancellation);
        platform.advance(Duration.ofSeconds(4));
        platform.awaitParked(1);
        assertFalse(b.isDone());
        platform.advance(Duration.ofSeconds(1));
        assertTrue(b.result());
    }

    @Test
    void sleepWakesWhenItIsCancelled() {
        Background<Boolean> b = sleeping(cancellation);
        cancellation.cancel("the end");
        NbdException e = assertThrows(NbdException.class, b::result);
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals("the end", e.getMessage());
    }

    @Test
    void sleepDoesNotBeginWhenItIsCancelledAlready() {
        cancellation.cancel("the end");
        assertThrows(NbdException.class, () -> cancellation.sleep(Duration.ofSeconds(5)));
    }

    @Test
    void sleepingForNoTimeReturns() throws Exception {
        cancellation.sleep(Duration.ZERO);
        cancellation.sleep(Duration.ofSeconds(-1));
    }

    @Test
    void theFirstReasonCounts() {
        assertEquals("", cancellation.reason());
        cancellation.cancel("one");
        cancellation.cancel("two");
        assertEquals("one", cancellation.reason());
        assertThrows(NbdException.class, cancellation::check);
    }

    @Test
    void actionsRunOnce() {
        cancellation.onCancel(() -> fired.add("a"));
        cancellation.cancel("one");
        cancellation.cancel("two");
        assertEquals(List.of("a"), fired);
    }

    @Test
    void anActionThatComesLateRunsAtOnce() {
        cancellation.cancel("one");
        cancellation.onCancel(() -> fired.add("a"));
        assertEquals(List.of("a"), fired);
    }

    @Test
    void anActionThatWasTakenBackDoesNotRun() {
        Cancellation.Registration r = cancellation.onCancel(() -> fired.add("a"));
        r.close();
        r.close();
        cancellation.cancel("one");
        assertEquals(List.of(), fired);
    }

    @Test
    void anActionThatFailsDoesNotKeepTheOthersFromRunning() {
        for (int i = 0; i < 10; i++) {
            cancellation.onCancel(() -> {
                throw new IllegalStateException("this failure is part of a test");
            });
            cancellation.onCancel(() -> {
                throw new NoClassDefFoundError("this failure is part of a test");
            });
            cancellation.onCancel(() -> fired.add("a"));
        }
        cancellation.cancel("one");
        assertEquals(10, fired.size());
    }

    @Test
    void aChildFollowsItsParent() {
        CoreCancellation child = new CoreCancellation(platform, cancellation);
        child.onCancel(() -> fired.add("a"));
        cancellation.cancel("one");
        assertTrue(child.isCancelled());
        assertEquals("one", child.reason());
        assertEquals(List.of("a"), fired);
    }

    @Test
    void aParentDoesNotFollowItsChild() {
        new CoreCancellation(platform, cancellation).cancel("one");
        assertFalse(cancellation.isCancelled());
    }

    @Test
    void aChildOfACancelledParentIsCancelled() {
        cancellation.cancel("one");
        assertEquals("one", new CoreCancellation(platform, cancellation).reason());
    }

    @Test
    void aDetachedChildDoesNotFollow() {
        CoreCancellation child = new CoreCancellation(platform, cancellation);
        child.detach();
        cancellation.cancel("one");
        assertFalse(child.isCancelled());
    }

    @Test
    void aLayerThatHoldsTheLockOfItsCancellationHoldsUpNobody() throws Exception {
        synchronized (cancellation) {
            assertTrue(Background.run(() -> {
                cancellation.cancel("one");
                return true;
            }).result());
        }
    }
}
