package dev.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class ConfigExceptionTest {
    @Test
    void whatItNamesDoesNotMakeItMoreThanOneLine() {
        assertEquals("size=1\\u000a2\\u000d: no size", new ConfigException("size=1\n2\r: no size").getMessage());
        assertEquals("\\u001b[31m", new ConfigException("\u001b[31m", new RuntimeException()).getMessage());
    }

    @Test
    void anOrdinaryMessageIsLeftAlone() {
        assertEquals("gr\u00f6\u00dfe=\ud83d\ude00: no size", new ConfigException("gr\u00f6\u00dfe=\ud83d\ude00: no size").getMessage());
        assertNull(new ConfigException(null).getMessage());
    }
}
