package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The options {@code --tls…} from the command line to libnbd. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TlsIT {
    private static final String SIZE = "nbdinfo --size \"$uri\"";

    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/nbdinfo")) && Files.isExecutable(Path.of("/usr/bin/openssl")),
                "nbdinfo and openssl are needed");
        sluice = new Sluice(directory.toRealPath());
    }

    private Sluice.Result run(String... words) throws Exception {
        return sluice.runProgram(Sluice.SCRIPT.toString(), words);
    }

    private Path certificates() throws Exception {
        Path made = Files.createDirectories(directory.resolve("pki"));
        Sluice.Result result = sluice.runProgram("/bin/sh", "-ec", """
                cd "$0"
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca-cert.pem 2> /dev/null
                openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server-key.pem -out csr 2> /dev/null
                openssl x509 -req -in csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -days 2 -out server-cert.pem 2> /dev/null
                """, made.toString());
        assertEquals(new Sluice.Result(0, "", List.of()), result);
        return made;
    }

    private Path keys() throws Exception {
        return Files.writeString(directory.resolve("keys.psk"),
                "alice:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
    }

    @Test
    void aCommandGetsAnAddressThatLeadsToTheEncryptedDisk() throws Exception {
        assertEquals(new Sluice.Result(0, "1048576\n", List.of()),
                run("--tls=require", "--tls-certificates=" + certificates(), "-p", "0", "-i", "localhost", "memory", "1M", "--run", SIZE));
    }

    /** The user is named, because without one libnbd takes who is logged in, and nobody is where tests run. */
    @Test
    void keysCanBeShared() throws Exception {
        assertEquals(new Sluice.Result(0, "1048576\n", List.of()),
                run("--tls=require", "--tls-psk=" + keys(), "-p", "0", "-i", "localhost", "memory", "1M", "--run",
                        "nbdinfo --size \"nbds://alice@localhost:$port/?tls-psk-file=$tls_psk\""));
    }

    @Test
    void requiredNobodyIsServedInPlainText() throws Exception {
        Sluice.Result result = run("--tls=require", "--tls-psk=" + keys(), "-p", "0", "-i", "localhost", "memory", "1M", "--run",
                "nbdinfo --size nbd://localhost:$port 2> /dev/null || echo refused");
        assertEquals("refused\n", result.out());
    }

    @Test
    void offeredPlainTextIsServed() throws Exception {
        assertEquals(new Sluice.Result(0, "1048576\n", List.of()),
                run("--tls=on", "--tls-certificates=" + certificates(), "-p", "0", "-i", "localhost", "memory", "1M", "--run",
                        "[ \"$tls\" = 1 ] && " + SIZE));
    }

    @Test
    void certificatesThatCantBeUsedEndTheStartWithTheReason() throws Exception {
        Path made = certificates();
        Files.writeString(made.resolve("server-key.pem"), "nonsense");
        Sluice.Result result = run("--tls=require", "--tls-certificates=" + made, "-p", "0", "-i", "localhost", "memory", "1M");
        assertEquals(1, result.status());
        assertTrue(String.join("\n", result.err()).contains(made.resolve("server-key.pem") + " holds no private key"),
                result.err().toString());
    }

    @Test
    void aDiskOfTheirOwnIsForClientsWithoutTls() throws Exception {
        assertEquals(new Sluice.Result(0, "512\n", List.of()),
                run("--tls=on", "--tls-certificates=" + certificates(), "--filter=tls-fallback", "-p", "0", "-i", "localhost", "memory",
                        "1M", "--run", SIZE));
    }
}
