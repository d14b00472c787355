package dev.sluice.core.util;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void theTextOfAnExpectedFailureStandsAlone() {
        assertEquals("no luck", Failures.line(new NbdException(NbdError.EIO, "no luck")));
        assertEquals("no luck", Failures.line(new ConfigException("no luck")));
    }

    @Test
    void anUnexpectedFailureHasItsClass() {
        assertEquals("IllegalStateException: no luck", Failures.line(new IllegalStateException("no luck")));
        assertEquals("IllegalStateException", Failures.line(new IllegalStateException()));
    }

    @Test
    void aLineIsOneLine() {
        assertEquals("a  b", Failures.line(new NbdException(NbdError.EIO, "a\r\nb")));
    }

    @Test
    void laterStepsRunAfterAFailure() {
        Failures failures = new Failures();
        assertNull(failures.first());
        IllegalStateException one = new IllegalStateException("one");
        InternalError two = new InternalError("two");
        failures.run(() -> {
            throw one;
        });
        failures.run(() -> {
            throw two;
        });
        assertSame(one, failures.first());
        assertSame(two, one.getSuppressed()[0]);
    }

    @Test
    void theSameFailureTwiceIsKeptOnce() {
        Failures failures = new Failures();
        IllegalStateException one = new IllegalStateException("one");
        failures.run(() -> {
            throw one;
        });
        failures.run(() -> {
            throw one;
        });
        assertEquals(0, one.getSuppressed().length);
    }

    @Test
    void aLineHasNoControlCharacters() {
        assertEquals("a b [31mc d", Failures.line(new NbdException(NbdError.EIO, "a\nb\u001b[31mc\u0000d")));
        assertEquals("plain", Failures.oneLine("plain"));
    }
}
