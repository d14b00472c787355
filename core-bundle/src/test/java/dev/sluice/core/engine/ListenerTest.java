package dev.sluice.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.handshake.HandshakeOptions;
import dev.sluice.core.transport.Acceptor;
import dev.sluice.core.transport.ListenAddress;
import dev.sluice.core.transport.Wire;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenerTest {
    private final ManualPlatform platform = new ManualPlatform();
    private final Listener listener = new Listener(new ListenerConfig("l", ListenAddress.parse("unix:/nowhere"), HandshakeOptions.DEFAULT,
            Duration.ofSeconds(30), false, 10, 16, 128 << 20), platform);
    private final BlockingQueue<Object> clients = new LinkedBlockingQueue<>();
    private final List<Wire> served = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        listener.close();
    }

    /** Gives what the test puts into the queue: a wire, or something to throw. */
    private final class Queue implements Acceptor {
        private volatile boolean closed;

        @Override
        public Wire accept() throws IOException {
            try {
                Object next = closed ? this : clients.poll(ManualPlatform.BOUND, TimeUnit.SECONDS);
                if (next instanceof RuntimeException e) {
                    throw e;
                }
                if (next instanceof Wire wire) {
                    return wire;
                }
                throw new ClosedChannelException();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public String address() {
            return "unix:/nowhere";
        }

        @Override
        public void close() {
            closed = true;
            clients.add(this);
        }
    }

    private void awaitServed(int n) throws Exception {
        Background.until(() -> {
            platform.advance(Duration.ofMillis(50));
            return served.size() == n;
        }, n + " clients are served");
    }

    @Test
    void anAcceptThatFailsBadlyDoesNotEndTheListener() throws Exception {
        listener.start(a -> new Queue(), served::add);
        clients.add(new IllegalStateException("this failure is part of a test"));
        clients.add(new SilentWire());
        awaitServed(1);
        assertTrue(listener.status().listening());
    }

    @Test
    void aClientThatCanNotBeServedDoesNotEndTheListener() throws Exception {
        boolean[] first = {true};
        listener.start(a -> new Queue(), wire -> {
            if (first[0]) {
                first[0] = false;
                throw new IllegalStateException("this failure is part of a test");
            }
            return served.add(wire);
        });
        clients.add(new SilentWire());
        clients.add(new SilentWire());
        awaitServed(1);
        Background.until(() -> listener.status().accepted() == 1, "it is counted");
        assertEquals(1, listener.status().refused());
    }
}
