package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import dev.sluice.itests.harness.Wire;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the file of a cache can't grow any more, it goes on serving. */
class FullDiskIT {
    private static final int FILES = 4;
    private static final int FILE = 6 * Wire.MIB;
    /** No file can become longer than this: to the cache it is as if its file system was full. */
    private static final int LIMIT = 8 * Wire.MIB;

    private Daemon daemon;

    @BeforeEach
    void startServer() throws Exception {
        Requires.programs("prlimit");
        daemon = new Daemon().start();
        Tool.run("prlimit", "--pid", daemon.pid(), "--fsize=" + LIMIT + ":" + LIMIT).ok();
    }

    @AfterEach
    void stopServer() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
    }

    /** A disk that is larger than the limit, of files that are not. */
    private String[] disk(String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("nbd:export", "disk", "split"));
        for (int i = 0; i < FILES; i++) {
            Path file = daemon.directory().resolve("part" + i);
            try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
                f.setLength(FILE);
            }
            words.add(file.toString());
        }
        words.addAll(List.of("--filter", "cache", "cache-min-block-size=64K"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    @Test
    void aCacheThatCannotGrowKeepsServing() throws Exception {
        daemon.said((Object[]) disk("cache=writeback", "cache-on-read=true"));
        int piece = Wire.MIB;
        try (Session s = daemon.client("disk")) {
            for (int i = 0; i < FILES * FILE / piece; i++) {
                s.write((long) i * piece, Pattern.bytes(i, 0, piece)).ok();
            }
            for (int i = 0; i < FILES * FILE / piece; i++) {
                assertArrayEquals(Pattern.bytes(i, 0, piece), s.read((long) i * piece, piece).data());
            }
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            s.disconnect();
        }
        assertTrue(daemon.log().contains("cache"), daemon::log);
        daemon.said("nbd:insert", "disk", "log", "logfile=req");
        try (Session s = daemon.client("disk")) {
            assertArrayEquals(Pattern.bytes(20, 0, piece), s.read(20L * piece, piece).data());
            s.disconnect();
        }
    }
}
