package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndpointTest {
    private static final Encryption SHARED_KEYS =
            new Encryption(Encryption.Mode.ON, Optional.empty(), Optional.of(Path.of("/k")), false, "");
    private static final Encryption CERTIFICATES =
            new Encryption(Encryption.Mode.REQUIRE, Optional.of(Path.of("/c d")), Optional.empty(), true, "");

    private static Endpoint unix(Path socket, String exportName) {
        return Endpoint.unix(socket, exportName, Encryption.none());
    }

    private static Endpoint tcp(String host, int port, String exportName) {
        return Endpoint.tcp(host, port, exportName, Encryption.none());
    }

    @Test
    void whereTlsIsRequiredTheUriSaysSoAndNamesTheKeys() {
        assertEquals("nbds+unix:///x?socket=/s&tls-certificates=/c%20d", Endpoint.unix(Path.of("/s"), "x", CERTIFICATES).uri());
        assertEquals("nbds://localhost:1?tls-certificates=/c%20d", Endpoint.tcp("localhost", 1, "", CERTIFICATES).uri());
        assertEquals("nbd://localhost:1", Endpoint.tcp("localhost", 1, "", SHARED_KEYS).uri());
    }

    @Test
    void theShellSeesWhatIsEncrypted() throws Exception {
        String print = "printf '%s|%s|%s' \"${tls-unset}\" \"${tls_certificates-unset}\" \"${tls_psk-unset}\"";
        assertEquals("unset|unset|unset", shell("tls=9\n" + tcp("localhost", 1, "").shellPrologue() + print));
        assertEquals("1|unset|/k", shell(Endpoint.tcp("localhost", 1, "", SHARED_KEYS).shellPrologue() + print));
        assertEquals("2|/c d|unset", shell(Endpoint.tcp("localhost", 1, "", CERTIFICATES).shellPrologue() + print));
    }

    @Test
    void aSocketIsNamedInTheQuery() {
        assertEquals("nbd+unix://?socket=/tmp/a.sock", unix(Path.of("/tmp/a.sock"), "").uri());
        assertEquals("nbd+unix:///x%20y?socket=/tmp/a%26b", unix(Path.of("/tmp/a&b"), "x y").uri());
    }

    @Test
    void aPortIsAlwaysNamed() {
        assertEquals("nbd://localhost:10809", tcp("localhost", 10809, "").uri());
        assertEquals("nbd://localhost:1/caf%C3%A9", tcp("localhost", 1, "caf\u00e9").uri());
        assertEquals("nbd://[::1]:5", tcp("::1", 5, "").uri());
    }

    @Test
    void theShellSeesWhatWasMeantWhateverItIs() throws Exception {
        String name = "a'b \"c\" $HOME `d` \\ e";
        String printed = shell(unix(Path.of("/tmp/it's here"), name).shellPrologue()
                + "printf '%s|%s|%s|%s|%s' \"$uri\" \"$nbd\" \"$exportname\" \"$port\" \"$unixsocket\"");
        String uri = unix(Path.of("/tmp/it's here"), name).uri();
        assertEquals(uri + "|" + uri + "|" + name + "||/tmp/it's here", printed);
    }

    @Test
    void theVariablesAreNotExported() throws Exception {
        String printed = shell("export uri=outside port=1; " + tcp("localhost", 2, "").shellPrologue() + "env");
        assertTrue(printed.lines().noneMatch(line -> line.startsWith("uri=") || line.startsWith("port=")), printed);
    }

    @Test
    void theAnnouncementHasTheUriQuotedAndPlain() {
        assertEquals("nbd://localhost:2\nShell-quoted URI: nbd://localhost:2\nTo ask the server what it has: nbdinfo nbd://localhost:2",
                tcp("localhost", 2, "").announcement());
    }

    @Test
    void controlCharactersAreShownAsInC() {
        assertEquals("\"a\\nb\\x1b\\\"\\\\\"", Shell.visible("a\nb\u001b\"\\"));
    }

    private static String shell(String text) throws Exception {
        Process process = new ProcessBuilder("/bin/sh", "-c", text).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return printed;
    }
}
