package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a process listens, as the kernel sees it: on nothing that others can reach unless it was asked for. */
class AddressesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LOCAL = "0100007F";
    private static final String LOCAL6 = "00000000000000000000000001000000";
    /** The address of IPv4 in a socket of both families. */
    private static final String MAPPED = "0000000000000000FFFF00000100007F";
    private static final String ANY = "00000000";
    private static final String ANY6 = "00000000000000000000000000000000";
    private static final String LISTENING = "0A";

    @TempDir
    private Path directory;
    private Daemon daemon;
    private ProcessHandle process;

    @BeforeEach
    void onLinux() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "the kernel shows its sockets in /proc");
        daemon = new Daemon();
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
        if (process != null) {
            Tool.run("kill", "-TERM", Long.toString(process.pid())).ok();
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** The addresses of a process's listening TCP sockets, in the kernel's way of writing. */
    private static Set<String> addresses(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path d : descriptors.toList()) {
                try {
                    inodes.add(Files.readSymbolicLink(d).toString().replaceAll("\\D", ""));
                } catch (IOException e) {
                    // closed meanwhile
                    continue;
                }
            }
        }
        Set<String> found = new TreeSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
                String[] words = line.strip().split("\\s+");
                if (words[3].equals(LISTENING) && inodes.contains(words[9])) {
                    found.add(words[1].replaceAll(":.*", ""));
                }
            }
        }
        return found;
    }

    private Set<String> started(String script, Object... options) throws Exception {
        Path pid = directory.resolve("pid");
        List<Object> command = new ArrayList<>(List.of("env", "TMPDIR=" + directory, "SLUICE_OBSERVABILITY=jmx http=0 jfr=false",
                Daemon.script().resolveSibling(script), "-P", pid));
        command.addAll(List.of(options));
        command.addAll(List.of("memory", "1M"));
        Tool.run(PATIENCE, command.toArray()).ok();
        process = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        return addresses(process.pid());
    }

    @Test
    void sluiceListensOnThisMachineAlone() throws Exception {
        Set<String> found = started("sluice", "-p", "0");
        assertTrue(Set.of(LOCAL, LOCAL6, MAPPED).containsAll(found) && !found.isEmpty(), found.toString());
    }

    @Test
    void withAUnixSocketNobodyListensOnTcpButTheMetricsOnThisMachine() throws Exception {
        started("sluice", "-U", directory.resolve("s"));
        Set<String> local = Set.of(LOCAL, MAPPED);
        Await.until("the endpoint listens", PATIENCE, () -> {
            try {
                Set<String> found = addresses(process.pid());
                assertTrue(local.containsAll(found), found.toString());
                return !found.isEmpty();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }, () -> "");
    }

    @Test
    void underTheNameNbdkitItListensAsNbdkitDoes() throws Exception {
        Set<String> found = started("nbdkit", "-p", "0");
        assertTrue(found.contains(ANY6) || found.contains(ANY), found.toString());
    }

    @Test
    void aServerInADirectoryHasNoTcpSocketUnlessAsked() throws Exception {
        daemon.start();
        assertEquals(Set.of(), addresses(daemon.pid()));
    }

    @Test
    void aServerInADirectoryWithAPortListensOnThisMachineAlone() throws Exception {
        daemon.start("-p", "0");
        Set<String> found = addresses(daemon.pid());
        assertTrue(Set.of(LOCAL, MAPPED).containsAll(found) && !found.isEmpty(), found.toString());
    }
}
