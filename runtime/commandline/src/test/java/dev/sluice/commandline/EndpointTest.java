package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndpointTest {
    @Test
    void aSocketIsNamedInTheQuery() {
        assertEquals("nbd+unix://?socket=/tmp/a.sock", Endpoint.unix(Path.of("/tmp/a.sock"), "").uri());
        assertEquals("nbd+unix:///x%20y?socket=/tmp/a%26b", Endpoint.unix(Path.of("/tmp/a&b"), "x y").uri());
    }

    @Test
    void aPortIsAlwaysNamed() {
        assertEquals("nbd://localhost:10809", Endpoint.tcp("localhost", 10809, "").uri());
        assertEquals("nbd://localhost:1/caf%C3%A9", Endpoint.tcp("localhost", 1, "caf\u00e9").uri());
        assertEquals("nbd://[::1]:5", Endpoint.tcp("::1", 5, "").uri());
    }

    @Test
    void theShellSeesWhatWasMeantWhateverItIs() throws Exception {
        String name = "a'b \"c\" $HOME `d` \\ e";
        String printed = shell(Endpoint.unix(Path.of("/tmp/it's here"), name).shellPrologue()
                + "printf '%s|%s|%s|%s|%s' \"$uri\" \"$nbd\" \"$exportname\" \"$port\" \"$unixsocket\"");
        String uri = Endpoint.unix(Path.of("/tmp/it's here"), name).uri();
        assertEquals(uri + "|" + uri + "|" + name + "||/tmp/it's here", printed);
    }

    @Test
    void theVariablesAreNotExported() throws Exception {
        String printed = shell("export uri=outside port=1; " + Endpoint.tcp("localhost", 2, "").shellPrologue() + "env");
        assertTrue(printed.lines().noneMatch(line -> line.startsWith("uri=") || line.startsWith("port=")), printed);
    }

    @Test
    void theAnnouncementHasTheUriQuotedAndPlain() {
        assertEquals("nbd://localhost:2\nShell-quoted URI: nbd://localhost:2\nTo ask the server what it has: nbdinfo nbd://localhost:2",
                Endpoint.tcp("localhost", 2, "").announcement());
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
