package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lies below fails: files, memory, descriptors, time. Whom it concerns gets an error, and the server goes on. */
class FaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MIB = 1 << 20;
    private Daemon daemon;

    @BeforeEach
    void aDirectory() throws IOException, InterruptedException {
        daemon = new Daemon();
        Files.createDirectories(daemon.directory());
        Tool.run("chmod", "700", daemon.directory()).ok();
        daemon.configure("dev.sluice.export~ram.json", "{\"layers\": [\"memory 1M\"]}");
    }

    @AfterEach
    void nothingStays() throws Exception {
        daemon.close();
    }

    private Path disk(int size) throws IOException {
        byte[] content = new byte[size];
        java.util.Arrays.fill(content, (byte) 7);
        daemon.configure("dev.sluice.export~disk.json", "{\"layers\": [\"file file=disk.img\"]}");
        return Files.write(daemon.directory().resolve("disk.img"), content);
    }

    /** The server serves those whom the fault does not concern. */
    private void assertServes() throws IOException {
        try (Session other = daemon.client("ram")) {
            other.write(0, new byte[512]).ok();
            assertEquals(512, other.read(0, 512).ok().data().length);
            other.disconnect();
        }
    }

    @Test
    void afterAFileHasShrunkReadsBehindItsEndFailAndOthersDoNot() throws Exception {
        Path file = disk(4 * MIB);
        daemon.start();
        try (Session client = daemon.client("disk")) {
            client.read(0, MIB).ok();
            try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
                f.setLength(MIB);
            }
            assertEquals(Wire.EIO, client.read(2 * MIB, 512).error());
            assertEquals(Wire.EIO, client.read(2 * MIB, MIB).error());
            assertEquals(Wire.EIO, client.read(MIB - 512, 1024).error());
            assertEquals(512, client.read(MIB - 512, 512).ok().data().length);
            // a write makes the file grow again
            client.write(3 * MIB, new byte[512]).ok();
            client.read(3 * MIB, 512).ok();
            client.disconnect();
        }
        assertServes();
    }

    @Test
    void aFileThatIsReplacedStaysTheOldOneForWhoHasItOpen() throws Exception {
        Path file = disk(MIB);
        daemon.start();
        try (Session client = daemon.client("disk")) {
            client.write(0, new byte[] {1, 2, 3, 4}).ok();
            Path fresh = Files.write(daemon.directory().resolve("fresh"), new byte[2 * MIB]);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            assertArrayEquals(new byte[] {1, 2, 3, 4}, client.read(0, 4).ok().data());
            assertEquals(MIB, client.size());
            try (Session second = daemon.client("disk")) {
                assertEquals(2 * MIB, second.size());
                assertArrayEquals(new byte[4], second.read(0, 4).ok().data());
                second.disconnect();
            }
            client.disconnect();
        }
        Files.delete(file);
        assertServes();
    }

    @Test
    void onAFullDiskWritesFailWithThatAndTheOldBytesStay() throws Exception {
        Path mount = Files.createDirectories(daemon.directory().resolve("small"));
        assumeTrue(Tool.run("mount", "-t", "tmpfs", "-o", "size=2M", "tmpfs", mount).exit() == 0, "only root can mount a tmpfs");
        try {
            daemon.configure("dev.sluice.export~disk.json", "{\"layers\": [\"file file=small/disk.img\"]}");
            try (RandomAccessFile f = new RandomAccessFile(mount.resolve("disk.img").toFile(), "rw")) {
                f.setLength(16 * MIB);
            }
            daemon.start();
            try (Session client = daemon.client("disk")) {
                byte[] block = new byte[MIB / 2];
                java.util.Arrays.fill(block, (byte) 9);
                client.write(0, block).ok();
                int failed = 0;
                for (int i = 1; i < 16; i++) {
                    Result result = client.write((long) i * MIB, block);
                    if (result.error() != 0) {
                        failed++;
                        assertEquals(Wire.ENOSPC, result.error());
                        assertTrue(result.message().contains("disk.img"), result.message());
                    }
                }
                assertTrue(failed > 0);
                assertArrayEquals(block, client.read(0, block.length).ok().data());
                client.ask(0, Wire.TRIM, 0, block.length).ok();
                client.write(0, new byte[4096]).ok();
                client.disconnect();
            }
            assertServes();
            daemon.end("TERM");
        } finally {
            Tool.run("umount", mount).ok();
        }
    }

    @Test
    void whenThereIsNoDescriptorLeftNewClientsWaitAndTheServerDoesNotSpin() throws Exception {
        daemon.startWithLimit("ulimit -n 240");
        List<SocketChannel> clients = new ArrayList<>();
        try (Session old = daemon.client("ram")) {
            for (int i = 0; i < 400; i++) {
                SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(daemon.directory().resolve("nbd.sock")));
                channel.configureBlocking(false);
                clients.add(channel);
            }
            Await.until("the log says so", PATIENCE, () -> daemon.log().contains("a client could not be taken"), daemon::log);
            old.write(0, new byte[512]).ok();
            // one that tries again without a pause does so a hundred thousand times in this second
            Await.until("a second has passed", PATIENCE, new OneSecond()::isOver, () -> "");
            for (SocketChannel channel : clients) {
                channel.close();
            }
            Await.until("new clients are taken", PATIENCE, this::greets, daemon::log);
            old.stillWorks();
            old.disconnect();
        }
        long lines = daemon.log().lines().filter(l -> l.contains("a client could not be taken")).count();
        assertTrue(lines < 5, lines + " lines:\n" + daemon.log());
        assertServes();
    }

    private static final class OneSecond {
        private final long end = System.nanoTime() + 1_000_000_000;

        boolean isOver() {
            return System.nanoTime() > end;
        }
    }

    private boolean greets() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(daemon.directory().resolve("nbd.sock")))) {
            channel.configureBlocking(false);
            ByteBuffer greeting = ByteBuffer.allocate(18);
            long end = System.nanoTime() + 1_000_000_000;
            while (greeting.hasRemaining() && System.nanoTime() < end) {
                if (channel.read(greeting) < 0) {
                    return false;
                }
            }
            return !greeting.hasRemaining();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void withoutDirectMemoryLargeRequestsAreRefusedAndSmallOnesServed() throws Exception {
        daemon.configure("dev.sluice.export~big.json", "{\"layers\": [\"pattern 1G\"]}");
        daemon.startWithOptions("-XX:MaxDirectMemorySize=6m");
        try (Session client = daemon.client("big")) {
            Result result = client.read(0, 32 * MIB);
            assertEquals(Wire.ENOMEM, result.error());
            client.read(0, 4096).ok();
            client.disconnect();
        }
        try (Session client = daemon.client("ram")) {
            client.write(0, new byte[4096]).ok();
            client.disconnect();
        }
        assertServes();
    }

    @Test
    void aServerThatWasSuspendedGoesOnWithItsClients() throws Exception {
        daemon.start();
        try (Session client = daemon.client("ram")) {
            client.write(0, new byte[] {5}).ok();
            daemon.signal("STOP");
            long cookie = client.send(0, Wire.READ, 0, 1);
            Await.until("a second has passed", PATIENCE, new OneSecond()::isOver, () -> "");
            daemon.signal("CONT");
            assertArrayEquals(new byte[] {5}, client.result(cookie).ok().data());
            client.disconnect();
        }
        assertServes();
    }

    @Test
    void aPluginThatBlocksForEverIsStrandedAndOthersAreServed() throws Exception {
        daemon.configureStuck();
        daemon.start();
        try (RawNbdClient client = RawNbdClient.greeted(UnixDomainSocketAddress.of(daemon.directory().resolve("nbd.sock"))).structured()) {
            client.go("stuck").send(0, Wire.READ, 0, 512);
            assertServes();
            Tool tool = daemon.shell("nbd:delete", "stuck", "--force");
            assertEquals(0, tool.exit(), tool.toString());
        }
        assertServes();
    }
}
