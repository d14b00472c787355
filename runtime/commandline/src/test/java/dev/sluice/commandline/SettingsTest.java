package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SettingsTest {
    private static final Path DIRECTORY = Path.of("/somewhere");

    private static Settings settings(String... argv) throws UsageException {
        return new Settings(OptionParser.parse(List.of(argv)), DIRECTORY, false);
    }

    private static String refusal(String... argv) {
        return assertThrows(UsageException.class, () -> settings(argv)).getMessage();
    }

    @ParameterizedTest
    @EnumSource
    void anOptionThatAJvmHasNoCallForIsRefusedByName(Option option) throws Exception {
        String name = "--" + option.words().get(0);
        if (option.state().maturity() == Option.Maturity.IMPOSSIBLE) {
            String[] argv = option.argument().isPresent() ? new String[] {name, "on"} : new String[] {name};
            assertEquals("error: " + name + " is not possible on a JVM: " + option.state().why(), refusal(argv));
        } else {
            assertTrue(option.state().why().isEmpty());
        }
    }

    @Test
    void aPortAndASocketExcludeEachOther() {
        assertEquals("--dump-plugin, -p, --run, -s, -U or --vsock options cannot be used in this combination",
                refusal("-p", "1", "-U", "/x"));
    }

    @Test
    void runMeansAUnixSocketUnlessAPortIsGiven() throws Exception {
        assertTrue(settings("--run", "true").listensOnUnix());
        assertFalse(settings("--run", "true", "-p", "0").listensOnUnix());
        assertFalse(settings("memory").listensOnUnix());
        assertEquals(Optional.empty(), settings("--run", "true").unixSocket());
        assertEquals(Optional.empty(), settings("-U", "-").unixSocket());
    }

    @Test
    void fileNamesAreRelativeToTheCallersDirectory() throws Exception {
        assertEquals(Optional.of(Path.of("/somewhere/a")), settings("-U", "a").unixSocket());
        assertEquals(Optional.of(Path.of("/b")), settings("-P", "/b").file(Option.PID_FILE));
    }

    @Test
    void theLastOneCounts() throws Exception {
        assertEquals(Settings.Family.IPV6, settings("-4", "-6").family());
        assertEquals(Settings.Family.IPV4, settings("-6", "-4").family());
        assertEquals(Optional.of("b"), settings("-e", "a", "--export=b").value(Option.EXPORT_NAME));
    }

    @Test
    void filtersKeepTheirOrder() throws Exception {
        assertEquals(List.of("cow", "log"), settings("--filter=cow", "memory", "--filter", "log").filters());
    }

    @Test
    void numbersAreChecked() throws Exception {
        assertEquals(8, settings("-t", "8").threads().orElseThrow());
        assertTrue(settings("-t", "0").threads().isEmpty());
        assertEquals(1, settings("--mask-handshake=0x1").handshakeMask());
        assertEquals("error: threads=-1: must lie between 0 and 1024", refusal("-t", "-1"));
        assertTrue(refusal("-t", "x").startsWith("error: threads=x: "));
        assertTrue(refusal("--mask-handshake=zz").startsWith("error: mask-handshake=zz: "));
        assertTrue(refusal("--timeout=fast").startsWith("error: timeout=fast: "));
    }

    @Test
    void theFirstWordIsThePlugin() throws Exception {
        Settings settings = settings("memory", "1G", "a=b");
        assertEquals(Optional.of("memory"), settings.plugin());
        assertEquals(List.of("1G", "a=b"), settings.parameters());
        assertTrue(settings().plugin().isEmpty());
        assertTrue(settings().parameters().isEmpty());
    }
}
