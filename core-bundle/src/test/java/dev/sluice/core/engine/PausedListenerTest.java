package dev.sluice.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.transport.ListenAddress;
import dev.sluice.core.transport.SocketNetwork;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.RealPlatform;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PausedListenerTest {
    @TempDir
    private Path directory;
    private final RealPlatform platform = new RealPlatform();
    private final SocketNetwork network = new SocketNetwork(platform);

    private ListenerConfig config(boolean paused) {
        return new ListenerConfig("l", ListenAddress.parse("unix:" + directory.resolve("s")), HandshakeOptions.DEFAULT,
                Duration.ofSeconds(30), false, 10, 1, 64 << 20, true, paused, Optional.empty(), Duration.ZERO);
    }

    @Test
    void aPausedListenerTakesItsClientsWhenItGoesOn() throws Exception {
        Listener listener = new Listener(config(true), platform);
        CountDownLatch taken = new CountDownLatch(1);
        listener.start(network, wire -> {
            wire.close();
            taken.countDown();
            return true;
        });
        assertTrue(listener.status().listening());
        try (SocketChannel client = SocketChannel.open(config(true).address().socket())) {
            assertTrue(client.isConnected());
            assertEquals(0, listener.status().accepted());
            listener.resume();
            Background.await(taken);
        } finally {
            listener.close();
        }
    }

    @Test
    void aPausedListenerThatIsClosedDoesNotGoOn() throws Exception {
        Listener listener = new Listener(config(true), platform);
        listener.start(network, wire -> true);
        listener.close();
        listener.resume();
        assertFalse(listener.status().listening());
        assertThrows(IOException.class, () -> SocketChannel.open(config(true).address().socket()).close());
    }
}
