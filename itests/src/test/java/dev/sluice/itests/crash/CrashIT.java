package dev.sluice.itests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.server.Daemon;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server is killed with SIGKILL at random moments under load, started again, and everything that was answered with FUA or
 * before a flush was asked for must be there: see docs/reliability.md. {@code -Dsluice.crash.kills=N} says how often,
 * {@code -Dsluice.crash.seed=N} repeats the dice.
 */
class CrashIT {
    private static final int KILLS = Integer.getInteger("sluice.crash.kills", 3);
    private static final long SEED = Long.getLong("sluice.crash.seed", System.nanoTime());
    private static final int BLOCKS = 512;
    private static final int CLIENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Random random = new Random(SEED);
    private final Map<String, Promises> exports = new LinkedHashMap<>();
    private Daemon daemon;
    private Path disks;

    @BeforeEach
    void aDirectory() throws Exception {
        daemon = new Daemon();
        disks = Files.createDirectory(daemon.temporary().resolve("disks"));
        try (InputStream source = CrashIT.class.getResourceAsStream("/crash/Forgetful.java")) {
            Files.copy(source, disks.resolve("Forgetful.java"));
        }
    }

    @AfterEach
    void nothingStays() throws Exception {
        daemon.close();
    }

    /** An export whose disk is a file of its own. */
    private void export(String name, String... layers) throws Exception {
        List<String> lines = new ArrayList<>(List.of(layers));
        Path disk = disks.resolve(name + ".img");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength((long) BLOCKS * Promises.BLOCK);
        }
        lines.replaceAll(l -> l.replace("DIR", disks.toString()) + (l.endsWith("=") || l.endsWith(" ") ? disk : ""));
        StringBuilder json = new StringBuilder();
        lines.forEach(l -> json.append(json.isEmpty() ? "\"" : ", \"").append(l).append('"'));
        daemon.configure("dev.sluice.export~" + name + ".json", "{\"layers\": [" + json + "]}");
        exports.put(name, new Promises(BLOCKS));
    }

    @Test
    void whatWasPromisedIsThereAfterAKill() throws Exception {
        String cow = "cow cow-block-size=8k cow-file=DIR/";
        export("file", "file ");
        export("cow", cow + "cow.overlay", "file ");
        export("cache", "cache", "file ");
        export("cache-cow", "cache cache-min-block-size=8k", cow + "both.overlay", "file ");
        export("forgetful", "java DIR/Forgetful.java ");
        export("cache-forgetful", "cache", "java DIR/Forgetful.java ");
        long answers = 0;
        long promised = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            daemon.start();
            compare(kill - 1);
            loadAndKill();
            answers = exports.values().stream().mapToLong(Promises::answers).sum();
            promised += exports.values().stream().mapToLong(Promises::promised).sum();
        }
        daemon.start();
        compare(KILLS);
        System.out.println(KILLS + " kills (sluice.crash.seed=" + SEED + "): " + answers + " requests were answered, " + promised
                + " blocks had been promised, all of them were there");
    }

    @Test
    void aDiskThatDoesNotFlushIsFoundOut() throws Exception {
        export("liar", "java DIR/Forgetful.java lie=true file=");
        daemon.start();
        loadAndKill();
        daemon.start();
        assertFalse(mistakes("liar").isEmpty(), "nothing is missing of what was not flushed (sluice.crash.seed=" + SEED + ")");
    }

    private void compare(int kills) throws Exception {
        for (String export : exports.keySet()) {
            assertEquals(List.of(), mistakes(export), "export " + export + " after kill " + kills + " (sluice.crash.seed=" + SEED + ")");
        }
    }

    private List<String> mistakes(String export) throws Exception {
        ByteBuffer disk = ByteBuffer.allocate(BLOCKS * Promises.BLOCK);
        try (Session session = open(export)) {
            while (disk.hasRemaining()) {
                disk.put(session.read(disk.position(), Math.min(64 << 10, disk.remaining())).ok().data());
            }
        }
        return exports.get(export).compare(disk.array());
    }

    /** A client of an export that may still be starting. */
    private Session open(String export) {
        AtomicReference<Session> session = new AtomicReference<>();
        Await.until("export " + export + " is there", PATIENCE, () -> {
            try {
                session.set(daemon.client(export));
                return true;
            } catch (IOException | AssertionError e) {
                return false;
            }
        }, daemon::log);
        return session.get();
    }

    private void loadAndKill() throws Exception {
        List<Load> loads = new ArrayList<>();
        long before = exports.values().stream().mapToLong(Promises::answers).sum();
        for (Map.Entry<String, Promises> e : exports.entrySet()) {
            int part = BLOCKS / CLIENTS;
            for (int i = 0; i < CLIENTS; i++) {
                loads.add(new Load(open(e.getKey()), e.getValue(), i * part, part, random.nextLong()));
            }
        }
        loads.forEach(Thread::start);
        long wanted = before + 200 + random.nextInt(2000);
        Await.until("the clients get answers", PATIENCE,
                () -> loads.stream().anyMatch(l -> l.failure() != null)
                        || exports.values().stream().mapToLong(Promises::answers).sum() >= wanted, daemon::log);
        loads.forEach(Load::mayEnd);
        loads.forEach(l -> assertNull(l.failure(), () -> "a client failed before the kill: " + l.failure()));
        daemon.end("KILL");
        for (Load l : loads) {
            l.join(TimeUnit.SECONDS.toMillis(60));
            assertFalse(l.isAlive(), "a client did not notice that its server has gone");
        }
    }
}
