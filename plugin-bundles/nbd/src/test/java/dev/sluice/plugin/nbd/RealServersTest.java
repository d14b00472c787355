package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.RecordingSink;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Against servers that share no code with this one. Skipped where they are not installed, unless CI=true. */
class RealServersTest extends ServedTest {
    private Process process;

    private Path start(String program, String... words) throws Exception {
        boolean there = Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin").anyMatch(d -> Files.isExecutable(Path.of(d, program)));
        if (!there && "true".equals(System.getenv("CI"))) {
            fail(program + " is not installed, and CI=true allows no skipping");
        }
        Assumptions.assumeTrue(there, program + " is not installed");
        Path ready = directory.resolve("pid");
        List<String> command = Stream.concat(Stream.of(program), Arrays.stream(words)).map(w -> w.replace("PID", ready.toString())
                .replace("SOCKET", directory.resolve("socket").toString()).replace("DISK", directory.resolve("disk").toString())).toList();
        process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile()).start();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!Files.exists(ready) || Files.size(ready) == 0) {
            if (process.waitFor(10, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                fail(command + " did not get ready: " + Files.readString(directory.resolve("log")));
            }
        }
        return directory.resolve("socket");
    }

    private Path nbdkit(String... words) throws Exception {
        return start("nbdkit", Stream.concat(Stream.of("-f", "-P", "PID", "-U", "SOCKET"), Arrays.stream(words)).toArray(String[]::new));
    }

    private Path qemu(String... words) throws Exception {
        Files.write(directory.resolve("disk"), new byte[1 << 20]);
        return start("qemu-nbd", Stream.concat(Stream.of("--pid-file", "PID", "-k", "SOCKET", "-f", "raw", "-t"), Stream.concat(
                Arrays.stream(words), Stream.of("DISK"))).toArray(String[]::new));
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        if (harness != null) {
            harness.close();
            harness = null;
        }
        if (process != null) {
            process.destroy();
            if (!process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private Connection client(Path socket, String... more) throws Exception {
        return connect(Stream.concat(Stream.of("uri=nbd+unix://?socket=" + socket), Arrays.stream(more)).toArray(String[]::new));
    }

    private static void readsAndWrites(Connection c) throws IOException {
        readsAndWrites(c, true);
    }

    private static void readsAndWrites(Connection c, boolean everything) throws IOException {
        Random random = new Random(11);
        byte[] model = c.readAll();
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(model.length - 1);
            int length = 1 + random.nextInt(Math.min(100_000, model.length - from));
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (!everything) {
                        continue;
                    }
                    c.device().zero(from, length, Flags.of(random.nextBoolean() ? Flags.MAY_TRIM : 0));
                    Arrays.fill(model, from, from + length, (byte) 0);
                }
                case 1 -> assertArrayEquals(Arrays.copyOfRange(model, from, from + length), c.read(from, length));
                default -> {
                    byte[] bytes = new byte[length];
                    random.nextBytes(bytes);
                    c.write(from, bytes, everything && random.nextBoolean() ? Flags.of(Flags.FUA) : Flags.NONE);
                    System.arraycopy(bytes, 0, model, from, length);
                }
            }
        }
        if (everything) {
            c.device().flush();
        }
        assertArrayEquals(model, c.readAll());
    }

    @Test
    void nbdkitServesReadsAndWrites() throws Exception {
        Connection c = client(nbdkit("memory", "3M"));
        assertTrue(c.info().extents() && c.info().canTrim() && c.info().multiConn(), c.info().toString());
        readsAndWrites(c);
    }

    @Test
    void nbdkitServesReadsAndWritesWithoutStructuredReplies() throws Exception {
        readsAndWrites(client(nbdkit("--no-sr", "memory", "3M")));
    }

    /** Write zeroes, FUA and flush are offered there, and refused with EINVAL to every client (seen in 1.32.5, with libnbd, too). */
    @Test
    void nbdkitOfTheOldStyleServesReadsAndWrites() throws Exception {
        readsAndWrites(client(nbdkit("-o", "memory", "3M")), false);
    }

    @Test
    void nbdkitTellsItsExtents() throws Exception {
        Connection c = client(nbdkit("memory", "1M"));
        c.write(65536, new byte[] {1}, Flags.NONE);
        List<RecordingSink.Extent> extents = c.status(0, 1 << 20, Flags.NONE);
        assertEquals(new RecordingSink.Extent(0, 65536, MetaContext.HOLE | MetaContext.ZERO), extents.get(0));
        assertEquals(0, extents.get(1).status());
    }

    @Test
    void qemuServesReadsAndWrites() throws Exception {
        Connection c = client(qemu());
        assertTrue(c.info().extents() && c.info().blockSizes().maximum() == 32 << 20, c.info().toString());
        readsAndWrites(c);
    }

    @Test
    void aServerThatTakesOneClientKeepsItInAChangeOfCode() throws Exception {
        client(qemu("-e", "1")).write(0, new byte[] {1, 2, 3}, Flags.NONE);
        Connection after = harness.swap().get(0);
        assertArrayEquals(new byte[] {1, 2, 3}, after.read(0, 3));
        readsAndWrites(after);
    }
}
