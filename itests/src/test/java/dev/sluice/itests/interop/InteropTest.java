package dev.sluice.itests.interop;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the outside clients meet: a RAM disk, a file and a chain of three filters, each of 64 MiB, each on a Unix socket
 * and on TCP.
 */
abstract class InteropTest extends ServedTest {
    static final int SIZE = 64 * Wire.MIB;
    private static final List<String> EXPORTS = List.of("memory", "file", "chain");

    /** For files of the test. */
    Path scratch;

    @BeforeAll
    void exports() throws Exception {
        scratch = Files.createTempDirectory("interop");
        if (server instanceof SluiceServer sluice) {
            Path disk = scratch.resolve("disk.img");
            try (RandomAccessFile f = new RandomAccessFile(disk.toFile(), "rw")) {
                f.setLength(SIZE);
            }
            sluice.export("memory", "memory 64M");
            sluice.export("file", "file " + disk);
            sluice.export("chain", "nofilter", "log logfile=" + scratch.resolve("log"), "offset offset=1M range=64M", "memory 66M");
        }
    }

    @AfterAll
    void removeScratch() throws IOException {
        if (scratch != null) {
            try (var files = Files.list(scratch)) {
                for (Path f : files.toList()) {
                    Files.delete(f);
                }
            }
            Files.delete(scratch);
        }
    }

    @BeforeEach
    void emptyDisks() throws IOException {
        for (String export : EXPORTS) {
            try (Session s = RawNbdClient.greeted(server.address()).go(export)) {
                s.ask(0, Wire.WRITE_ZEROES, 0, SIZE).ok();
            }
        }
    }

    /** Every export on every kind of socket. */
    List<String> uris() throws IOException {
        List<String> all = new ArrayList<>();
        for (String export : EXPORTS) {
            all.add(server.unixUri(export));
            all.add(server.tcpUri(export));
        }
        return all;
    }

    /** The RAM disk on every kind of socket. */
    List<String> memoryUris() throws IOException {
        return List.of(server.unixUri("memory"), server.tcpUri("memory"));
    }

    /** A file of 64 MiB with data and holes in it. */
    Path image(String name) throws IOException {
        Path file = scratch.resolve(name);
        Files.deleteIfExists(file);
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(SIZE);
            for (long at = 0; at < SIZE; at += 3L * Wire.MIB) {
                f.seek(at);
                f.write(Pattern.bytes(at, at, (int) Math.min(Wire.MIB + 4096, SIZE - at)));
            }
        }
        return file;
    }

    /** Fails unless both files have the same bytes. */
    static void assertSame(Path wanted, Path got) throws IOException {
        long difference = Files.mismatch(wanted, got);
        if (difference >= 0) {
            throw new AssertionError("the files differ at byte " + difference);
        }
    }
}
