package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static Options parse(String... argv) {
        return Options.parse(List.of(argv), Path.of("/here"));
    }

    private static String refused(String... argv) {
        return assertThrows(ConfigException.class, () -> parse(argv)).getMessage();
    }

    @Test
    void withoutOptionsNothingIsAdded() {
        assertEquals(new Options(false, List.of(), Optional.empty()), parse("server", "--dir", "x"));
    }

    @Test
    void socketsAndPortsAreAddresses() {
        assertEquals(List.of("unix:/here/s", "tcp:127.0.0.1:0"), parse("server", "--dir=x", "-U", "s", "-p0").addresses());
        assertEquals(List.of("tcp:[::1]:10809", "tcp:10.0.0.1:10809"),
                parse("server", "-i", "::1", "--ipaddr=10.0.0.1", "--dir", "x").addresses());
    }

    @Test
    void pidFileAndVerbosity() {
        assertEquals(new Options(true, List.of(), Optional.of(Path.of("/p"))), parse("server", "-f", "-v", "-P", "/p"));
    }

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertEquals("server: 'memory' is not understood; sluice server --help says what is", refused("server", "memory"));
        assertEquals("server: -p x: a port from 0 to 65535 is meant", refused("server", "-p", "x"));
        assertEquals("server: -p 65536: a port from 0 to 65535 is meant", refused("server", "-p", "65536"));
        assertEquals("server: -U is followed by a value", refused("server", "-U"));
    }
}
