package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Pki;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lies below a server fails, or never comes back, while its clients encrypt. */
class TlsFaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CROWD = 400;
    private Daemon daemon;

    @BeforeEach
    void aDirectory() throws IOException, InterruptedException {
        daemon = new Daemon();
        Files.createDirectories(daemon.directory());
        Tool.run("chmod", "700", daemon.directory()).ok();
        daemon.configure("dev.sluice.export~ram.json", "{\"layers\": [\"memory 1M\"]}");
        Path certificates = new Pki(daemon.directory().resolve("pki")).server("server");
        daemon.configure("dev.sluice.listener~main.json", """
                {"name": "main", "address": "unix:%s", "tls": "require", "tls-certificates": "%s"}
                """.formatted(socket().getPath(), certificates));
    }

    @AfterEach
    void nothingStays() throws Exception {
        daemon.close();
    }

    private UnixDomainSocketAddress socket() {
        return UnixDomainSocketAddress.of(daemon.directory().resolve("nbd.sock"));
    }

    /** The start does not wait for it. */
    private void awaitListener() {
        daemon.awaitFound("(?s)ram +active.*main +listens", "nbd:list");
    }

    private RawNbdClient encrypted(String version) throws IOException, GeneralSecurityException {
        return RawNbdClient.greeted(socket()).startTls(Pki.engine(version)).structured();
    }

    private void assertServes() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            try (Session other = encrypted(version).go("ram")) {
                other.write(0, new byte[512]).ok();
                assertEquals(512, other.read(0, 512).ok().data().length);
                other.disconnect();
            }
        }
    }

    /** A client that begins a TLS handshake and says no more. */
    private SocketChannel halfOpen() throws IOException {
        SocketChannel channel = SocketChannel.open(socket());
        ByteBuffer words = ByteBuffer.allocate(64).putInt(3).put("IHAVEOPT".getBytes(StandardCharsets.US_ASCII)).putInt(5).putInt(0).flip();
        channel.write(words);
        channel.configureBlocking(false);
        return channel;
    }

    /** The beginning of a ClientHello, once the server has said that TLS begins. */
    private static void beginHello(SocketChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {22, 3, 1, 2, 0, 1, 0}));
    }

    @Test
    void withoutDescriptorsWhoEncryptsIsServedAndNewClientsShakeHandsLater() throws Exception {
        daemon.startWithLimit("ulimit -n 240");
        awaitListener();
        List<SocketChannel> crowd = new ArrayList<>();
        try (Session old = encrypted("TLSv1.3").go("ram")) {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(halfOpen());
            }
            Await.until("the log says so", PATIENCE, () -> daemon.log().contains("a client could not be taken"), daemon::log);
            ByteBuffer answer = ByteBuffer.allocate(18 + 20);
            SocketChannel first = crowd.get(0);
            Await.until("one of them may begin with TLS", PATIENCE, () -> isFull(first, answer), daemon::log);
            beginHello(first);
            old.write(0, new byte[512]).ok();
            for (SocketChannel channel : crowd) {
                channel.close();
            }
            old.stillWorks();
            old.disconnect();
        }
        // those who came too late waited in the kernel's queue and are found to have gone one after the other
        assertServes();
        long lines = daemon.log().lines().filter(l -> l.contains("a client could not be taken")).count();
        assertTrue(lines < 5, lines + " lines:\n" + daemon.log());
    }

    private static boolean isFull(SocketChannel channel, ByteBuffer answer) {
        try {
            channel.read(answer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return !answer.hasRemaining();
    }

    @Test
    void aPluginThatBlocksForEverUnderTlsIsStrandedAndOthersAreServed() throws Exception {
        daemon.configureStuck();
        daemon.start();
        awaitListener();
        try (Session client = encrypted("TLSv1.3").go("stuck")) {
            long cookie = client.send(0, Wire.READ, 0, 512);
            assertServes();
            Tool tool = daemon.shell("nbd:delete", "stuck", "--force");
            assertEquals(0, tool.exit(), tool.toString());
            assertEquals(Wire.ESHUTDOWN, client.result(cookie).error());
        }
        assertServes();
    }
}
