package dev.sluice.itests.harness;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a test says that waited in vain. */
class AwaitIT {
    private static String said(Supplier<String> evidence) {
        return assertThrows(AssertionError.class, () -> Await.until("the sky falls", Duration.ZERO, () -> false, evidence)).getMessage();
    }

    private static void assertContains(String part, String text) {
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }

    @Test
    void whatWasWaitedForTheEvidenceAndTheStacksAreShown() {
        String text = said(() -> "clouds");
        assertContains("not within 0 ms: the sky falls\nclouds\nthreads:", text);
        assertContains(AwaitIT.class.getName() + ".said(", text);
    }

    @Test
    void evidenceThatCannotBeToldHidesNeitherWhatWasWaitedForNorTheStacks() {
        String text = said(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertContains("not within 0 ms: the sky falls", text);
        assertContains("java.lang.OutOfMemoryError: Java heap space", text);
        assertContains(AwaitIT.class.getName() + ".said(", text);
    }
}
