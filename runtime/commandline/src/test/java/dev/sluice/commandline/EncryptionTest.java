package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptionTest {
    @TempDir
    private Path directory;

    private Encryption of(String... argv) throws Exception {
        return Encryption.of(settings(argv), List.of(directory.resolve("none"), directory.resolve("usual")));
    }

    private Settings settings(String... argv) throws UsageException {
        return new Settings(OptionParser.parse(List.of(argv)), directory, false);
    }

    private String refusal(String... argv) {
        return assertThrows(UsageException.class, () -> of(argv)).getMessage();
    }

    private Path certificates(String name) throws Exception {
        Path made = Files.createDirectories(directory.resolve(name));
        for (String file : new String[] {"ca-cert.pem", "server-cert.pem", "server-key.pem"}) {
            Files.writeString(made.resolve(file), "");
        }
        return made;
    }

    private static Map<String, Object> properties(Encryption encryption) {
        Map<String, Object> properties = new TreeMap<>();
        encryption.addTo(properties);
        return properties;
    }

    @Test
    void certificatesInTheirUsualPlaceTurnItOn() throws Exception {
        assertEquals(Map.of(), properties(of()));
        Path usual = certificates("usual");
        assertEquals(Map.of("tls", "on", "tls-certificates", usual.toString()), properties(of()));
    }

    @Test
    void offIsOffWhateverThereIs() throws Exception {
        certificates("usual");
        for (String off : new String[] {"off", "0", "No", "FALSE", "n"}) {
            assertEquals(Map.of(), properties(of("--tls=" + off, "--tls-verify-peer")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"require", "required", "force", "FORCE"})
    void requiredHasThreeNames(String word) throws Exception {
        Path given = certificates("given");
        assertEquals(Map.of("tls", "require", "tls-certificates", given.toString(), "tls-verify-peer", true),
                properties(of("--tls=" + word, "--tls-certificates=given", "--tls-verify-peer")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "1", "t", "yes", "y"})
    void onIsEveryYes(String word) throws Exception {
        certificates("usual");
        assertEquals("on", properties(of("--tls=" + word)).get("tls"));
    }

    @Test
    void sharedKeysWinOverCertificates() throws Exception {
        certificates("usual");
        Path keys = Files.writeString(directory.resolve("keys"), "");
        assertEquals(Map.of("tls", "require", "tls-psk", keys.toString()), properties(of("--tls=require", "--tls-psk=keys")));
        assertEquals(Map.of("tls", "on", "tls-psk", keys.toString()), properties(of("--tls-psk=keys")));
    }

    @Test
    void sharedKeysThatAreNotThereEndTheStart() {
        assertEquals("--tls-psk: " + directory.resolve("none") + ": No such file or directory", refusal("--tls-psk=none"));
    }

    @Test
    void onWithoutCertificatesWarnsAndIsOff() throws Exception {
        Encryption encryption = of("--tls=on");
        assertEquals(Encryption.Mode.OFF, encryption.mode());
        assertTrue(encryption.warning().startsWith("--tls=on but could not load TLS certificates.\nTLS will be disabled"));
        assertEquals("", of("--tls-certificates=none").warning());
    }

    @Test
    void requiredWithoutCertificatesEndsTheStart() {
        assertTrue(refusal("--tls=require").startsWith("--tls=require but could not load TLS certificates.\n"));
    }

    @Test
    void theOldProtocolCantRequireIt() {
        assertEquals("cannot use oldstyle protocol (-o) and require TLS", refusal("--tls=require", "-o"));
    }

    @Test
    void anUnknownWordIsNamed() {
        assertTrue(refusal("--tls=maybe").startsWith("error: tls=maybe: off, on and require are known"));
    }

    @Test
    void rootHasItsOwnPlace() {
        assertEquals(List.of(Path.of("/etc/pki/nbdkit")), Encryption.usualPlaces("root", Path.of("/root")));
        assertEquals(List.of(Path.of("/home/a/.pki/nbdkit"), Path.of("/home/a/.config/pki/nbdkit")),
                Encryption.usualPlaces("a", Path.of("/home/a")));
    }
}
