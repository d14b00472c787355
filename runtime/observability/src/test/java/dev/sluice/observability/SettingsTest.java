package dev.sluice.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void withoutSettingsNobodyListens() {
        Settings s = Settings.of(Map.of("service.pid", "x", ":y", 1));
        assertTrue(s.http().isEmpty());
        assertTrue(s.jmx());
        assertTrue(s.jfr());
        assertEquals(Duration.ofMillis(100), s.slow());
    }

    @ParameterizedTest
    @CsvSource({"9639,127.0.0.1,9639", ":9639,127.0.0.1,9639", "10.0.0.1:1,10.0.0.1,1", "[::1]:0,0:0:0:0:0:0:0:1,0"})
    void anAddressWithoutAHostIsThisMachineAlone(String text, String host, int port) {
        Settings s = Settings.of(Map.of("http", text));
        assertEquals(host, s.http().orElseThrow().getHostString());
        assertEquals(port, s.http().orElseThrow().getPort());
    }

    @Test
    void wordsAreReadAsPropertiesAre() {
        Settings s = Settings.of(" http=9639  slow=5ms log-slow jmx=false ");
        assertEquals(9639, s.http().orElseThrow().getPort());
        assertEquals(Duration.ofMillis(5), s.slow());
        assertTrue(s.logSlow());
        assertTrue(!s.jmx());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "http=x|dev.sluice.observability: http=x: HOST:PORT, or a PORT of this machine alone, is meant",
        "http=70000|dev.sluice.observability: http=70000: HOST:PORT, or a PORT of this machine alone, is meant",
        "jmx=yes|dev.sluice.observability: jmx=yes: true or false is meant",
        "slow=x|dev.sluice.observability: slow=x: a time such as 100ms is meant",
        "connections=-1|dev.sluice.observability: connections=-1: a number from 0 to 99999 is meant",
        "htp=1|dev.sluice.observability: there is no setting 'htp'; there are connections, http, jfr, jmx, log-slow, slow"})
    void whatIsWrongIsNamed(String words, String line) {
        assertEquals(line, assertThrows(ConfigException.class, () -> Settings.of(words)).getMessage());
    }
}
