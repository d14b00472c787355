package dev.sluice.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenAddressTest {
    private static InetSocketAddress tcp(String text) {
        return (InetSocketAddress) ListenAddress.parse(text).socket();
    }

    @Test
    void aUnixSocketHasAPath() {
        assertEquals(UnixDomainSocketAddress.of(Path.of("/run/x")), ListenAddress.parse("unix:/run/x").socket());
    }

    @Test
    void aPathOf107BytesIsPossible() {
        assertEquals("unix:/" + "a".repeat(106), ListenAddress.parse("unix:/" + "a".repeat(106)).text());
    }

    @Test
    void anEmptyHostIsAllAddresses() {
        assertTrue(tcp("tcp::10809").getAddress().isAnyLocalAddress());
    }

    @Test
    void aHostAndPortAreTaken() {
        assertEquals(new InetSocketAddress("127.0.0.1", 80), tcp("tcp:127.0.0.1:80"));
    }

    @Test
    void anIpv6HostStandsInBrackets() {
        assertEquals(new InetSocketAddress("::1", 80), tcp("tcp:[::1]:80"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', neither",
        "http://x, neither",
        "unix:run/x, absolute",
        "unix:, absolute",
        "tcp:localhost, no port",
        "tcp:localhost:, a port is a number",
        "tcp:localhost:http, a port is a number",
        "tcp:localhost:65536, a port is a number",
        "tcp:localhost:-1, a port is a number",
        "tcp:localhost:+1, a port is a number"})
    void aWrongAddressIsRefusedInOneLine(String address, String expected) {
        String text = assertThrows(ConfigException.class, () -> ListenAddress.parse(address)).getMessage();
        assertTrue(text.contains(expected) && text.contains("'" + address + "'"), text);
    }

    @Test
    void aPathThatIsTooLongIsRefused() {
        String text = assertThrows(ConfigException.class, () -> ListenAddress.parse("unix:/" + "a".repeat(107))).getMessage();
        assertTrue(text.contains("socket path too long") && text.contains("108 bytes"), text);
    }

    @Test
    void aPathWithNulIsRefused() {
        assertThrows(ConfigException.class, () -> ListenAddress.parse("unix:/a\0b"));
    }
}
