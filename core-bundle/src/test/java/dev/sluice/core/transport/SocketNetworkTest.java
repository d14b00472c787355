package dev.sluice.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Peer;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SocketNetworkTest {
    @TempDir
    Path directory;

    private final SocketNetwork network = new SocketNetwork(new RealPlatform());

    private ListenAddress unix() {
        return ListenAddress.parse("unix:" + directory.resolve("s"));
    }

    /** Both ends of one connection. */
    private record Pair(Acceptor acceptor, SocketChannel client, Wire wire) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            wire.close();
            client.close();
            acceptor.close();
        }

        void send(String text) throws IOException {
            client.write(ByteBuffer.wrap(text.getBytes()));
        }
    }

    private Pair pair() throws IOException {
        ListenAddress address = unix();
        Acceptor acceptor = network.listen(address);
        SocketChannel client = SocketChannel.open(address.socket());
        return new Pair(acceptor, client, acceptor.accept());
    }

    @Test
    void theRealPortIsShown() throws Exception {
        try (Acceptor a = network.listen(ListenAddress.parse("tcp:127.0.0.1:0"))) {
            assertTrue(a.address().matches("tcp:127\\.0\\.0\\.1:[1-9][0-9]*"), a.address());
        }
    }

    @Test
    void onlyOnTheLoopbackNetworkMemoryIsQuickerThanAFile() throws Exception {
        try (Pair p = pair()) {
            assertFalse(p.wire.copies());
        }
        try (Acceptor a = network.listen(ListenAddress.parse("tcp:127.0.0.1:0"));
                SocketChannel client = SocketChannel.open(new InetSocketAddress("127.0.0.1",
                        Integer.parseInt(a.address().substring("tcp:127.0.0.1:".length()))));
                Wire wire = a.accept()) {
            assertTrue(client.isConnected());
            assertTrue(wire.copies());
        }
    }

    @Test
    void aSpinTakesWhatIsThereAndGivesUpWhereNothingComes() throws Exception {
        try (Pair p = pair()) {
            ByteBuffer into = ByteBuffer.allocate(16);
            assertEquals(0, p.wire.spin(into, 1000));
            p.send("abc");
            assertEquals(3, p.wire.spin(into, 1000));
            p.client.shutdownOutput();
            assertEquals(-1, p.wire.spin(into, 1000));
        }
    }

    @Test
    void afterASpinAReadWaitsAgain() throws Exception {
        try (Pair p = pair()) {
            p.wire.spin(ByteBuffer.allocate(16), 1000);
            Background<Integer> read = Background.run(() -> p.wire.read(ByteBuffer.allocate(16)));
            p.send("abc");
            assertEquals(3, read.result());
        }
    }

    @Test
    void theFileOfAUnixSocketGoesWithIt() throws Exception {
        Acceptor a = network.listen(unix());
        assertTrue(Files.exists(directory.resolve("s")));
        a.close();
        assertFalse(Files.exists(directory.resolve("s")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void userAndGroupOfAClientOnAUnixSocketAreKnown() throws Exception {
        try (Pair p = pair()) {
            // the owner of what this process makes is who it is itself
            Path mine = Files.createFile(directory.resolve("mine"));
            Peer peer = p.wire().identified();
            assertEquals(Files.getAttribute(mine, "unix:uid"), peer.uid().orElseThrow());
            assertEquals(Files.getAttribute(mine, "unix:gid"), peer.gid().orElseThrow());
            assertEquals("unix", peer.toString());
            p.wire().close();
            assertEquals(peer, p.wire().identified());
        }
    }

    @Test
    void ofAClientThatWasNeverAskedForNothingIsKnownAfterTheEnd() throws Exception {
        try (Pair p = pair()) {
            p.wire().close();
            assertEquals(Peer.LOCAL, p.wire().identified());
        }
    }

    @Test
    void anAddressThatIsInUseIsRefused() throws Exception {
        try (Acceptor a = network.listen(unix())) {
            assertEquals("unix:" + directory.resolve("s"), a.address());
            assertThrows(IOException.class, () -> network.listen(unix()));
            assertTrue(Files.exists(directory.resolve("s")));
        }
    }

    @Test
    void withoutAListeningSocketOnStandardInputNothingIsInherited() {
        IOException e = assertThrows(IOException.class, () -> network.listen(ListenAddress.parse("inherited:")));
        assertEquals("standard input is no listening stream socket", e.getMessage());
    }

    @Test
    void keepAliveIsSetOnTcpAndMeansNothingOnAUnixSocket() throws Exception {
        try (Acceptor a = network.listen(ListenAddress.parse("tcp:127.0.0.1:0")); SocketChannel client = SocketChannel.open(
                ListenAddress.parse(a.address()).socket()); Wire wire = a.accept()) {
            wire.keepAlive();
            assertTrue(client.isConnected());
        }
        try (Pair p = pair()) {
            p.wire.keepAlive();
        }
    }

    @Test
    void closingWakesWhoAccepts() throws Exception {
        Acceptor a = network.listen(unix());
        Background<Wire> accepting = Background.run(a::accept);
        a.close();
        assertThrows(ClosedChannelException.class, accepting::result);
    }

    @Test
    void pollDoesNotWait() throws Exception {
        try (Pair p = pair()) {
            ByteBuffer b = ByteBuffer.allocateDirect(10);
            assertEquals(0, p.wire.poll(b));
            p.send("abc");
            assertEquals(3, p.wire.poll(b));
            p.client.shutdownOutput();
            assertEquals(-1, p.wire.poll(b));
        }
    }

    @Test
    void anIdleConnectionWakesWhenBytesCome() throws Exception {
        try (Pair p = pair()) {
            for (int i = 0; i < 20; i++) {
                CountDownLatch woken = new CountDownLatch(1);
                p.wire.whenReadable(woken::countDown);
                p.send("x");
                Background.await(woken);
                assertEquals(1, p.wire.read(ByteBuffer.allocateDirect(10)));
            }
        }
    }

    @Test
    void anIdleConnectionWithBytesAlreadyThereWakesAtOnce() throws Exception {
        try (Pair p = pair()) {
            p.send("x");
            CountDownLatch woken = new CountDownLatch(1);
            p.wire.whenReadable(woken::countDown);
            Background.await(woken);
        }
    }

    @Test
    void anIdleConnectionWakesWhenTheClientGoes() throws Exception {
        try (Pair p = pair()) {
            CountDownLatch woken = new CountDownLatch(1);
            p.wire.whenReadable(woken::countDown);
            p.client.close();
            Background.await(woken);
            assertEquals(-1, p.wire.read(ByteBuffer.allocateDirect(10)));
        }
    }

    @Test
    void anIdleConnectionWakesWhenItIsClosedHere() throws Exception {
        try (Pair p = pair()) {
            CountDownLatch woken = new CountDownLatch(1);
            p.wire.whenReadable(woken::countDown);
            p.wire.close();
            Background.await(woken);
        }
    }

    @Test
    void whatIsClosedCanNotWait() throws Exception {
        try (Pair p = pair()) {
            p.wire.close();
            CountDownLatch woken = new CountDownLatch(1);
            assertThrows(IOException.class, () -> p.wire.whenReadable(woken::countDown));
        }
    }

    @Test
    void closingWakesWhoReads() throws Exception {
        try (Pair p = pair()) {
            Background<Integer> reading = Background.run(() -> p.wire.read(ByteBuffer.allocateDirect(10)));
            p.wire.close();
            int read;
            try {
                read = reading.result();
            } catch (ClosedChannelException e) {
                // as good: the reader knows
                read = -1;
            }
            assertEquals(-1, read);
        }
    }

    @Test
    void closingWakesWhoSendsAFileToAClientThatDoesNotRead() throws Exception {
        Path file = Files.write(directory.resolve("f"), new byte[8 << 20]);
        try (Pair p = pair(); FileChannel channel = FileChannel.open(file)) {
            CountDownLatch sending = new CountDownLatch(1);
            Background<Boolean> sender = Background.run(() -> {
                sending.countDown();
                long at = 0;
                while (at < 8 << 20) {
                    at += p.wire.transfer(channel, at, (8 << 20) - at);
                }
                return true;
            });
            Background.await(sending);
            p.wire.close();
            assertThrows(IOException.class, sender::result);
        }
    }

    @Test
    void aFileThatHasEndedGivesNothing() throws Exception {
        Path file = Files.write(directory.resolve("f"), new byte[10]);
        try (Pair p = pair(); FileChannel channel = FileChannel.open(file)) {
            assertEquals(10, p.wire.transfer(channel, 0, 100));
            assertEquals(0, p.wire.transfer(channel, 10, 100));
        }
    }
}
