package dev.sluice.itests.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests' own client against qemu-nbd: a fault of the client would show here, without Sluice. */
class RawClientIT {
    @TempDir
    private Path directory;

    private Process server;
    private Path socket;

    @BeforeEach
    void startQemuNbd() throws IOException {
        Requires.programs("qemu-nbd");
        Path disk = directory.resolve("disk.img");
        try (RandomAccessFile f = new RandomAccessFile(disk.toFile(), "rw")) {
            f.setLength(16 * Wire.MIB);
        }
        socket = directory.resolve("sock");
        server = new ProcessBuilder("qemu-nbd", "-f", "raw", "--discard=unmap", "-t", "-e", "8", "-x", "disk", "-k", socket.toString(),
                disk.toString()).inheritIO().start();
        Await.until("qemu-nbd listens", this::listens);
    }

    private boolean listens() {
        if (!Files.exists(socket)) {
            return false;
        }
        try (RawNbdClient c = greeted()) {
            return c.verdict(Wire.OPT_ABORT) == Wire.REP_ACK;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void stopQemuNbd() {
        if (server != null) {
            server.destroy();
            Await.until("qemu-nbd has ended", () -> !server.isAlive());
        }
    }

    private RawNbdClient greeted() throws IOException {
        return RawNbdClient.greeted(UnixDomainSocketAddress.of(socket));
    }

    @Test
    void itUnderstandsSimpleReplies() throws Exception {
        try (Session s = greeted().go("disk", Wire.INFO_NAME, Wire.INFO_BLOCK_SIZE)) {
            assertEquals("disk", s.facts().name());
            assertEquals(16 * Wire.MIB, s.size());
            byte[] data = Pattern.bytes(1, 0, 100_000);
            s.write(1000, data).ok();
            assertArrayEquals(data, s.read(1000, data.length).data());
            assertEquals(Wire.EINVAL, s.read(16 * Wire.MIB, 1).error());
            s.disconnect();
        }
    }

    @Test
    void itUnderstandsHolesAndErrorTexts() throws Exception {
        try (Session s = greeted().structured().go("disk")) {
            byte[] data = Pattern.bytes(2, 0, 65536);
            s.write(4 * Wire.MIB, data).ok();
            Result r = s.read(0, 8 * Wire.MIB);
            assertArrayEquals(data, java.util.Arrays.copyOfRange(r.data(), 4 * Wire.MIB, 4 * Wire.MIB + data.length));
            assertTrue(r.count(Wire.CHUNK_HOLE) > 0, r.toString());
            assertTrue(s.read(16 * Wire.MIB, 1).message().length() > 5);
        }
    }

    @Test
    void itUnderstandsBlockStatus() throws Exception {
        RawNbdClient c = greeted().structured();
        int[] ids = c.selectContexts("disk", "base:allocation");
        try (Session s = c.go("disk").contexts(ids)) {
            s.write(4 * Wire.MIB, new byte[] {1}).ok();
            assertTrue(s.status(0, 0, 8 * Wire.MIB).extents(s.contextId()).size() >= 2);
            s.status(Wire.REQ_ONE, 0, 8 * Wire.MIB).ok();
        }
    }

    @Test
    void itSeesAnUnknownExport() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals(Wire.REP_ERR_UNKNOWN, c.verdict(Wire.OPT_GO, RawNbdClient.goPayload("other")));
        }
    }
}
