package dev.sluice.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Bounds of a listener, with small numbers: what is beyond is closed and counted, and the next client is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsIT {
    private SluiceServer server;

    @BeforeAll
    void start() throws Exception {
        server = SluiceServer.start();
        server.export("*", "memory 1M");
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    private UnixDomainSocketAddress listen(String name, String key, Object value) throws Exception {
        server.listen(name, "unix:" + server.directory().resolve(name), Map.of(key, value));
        return UnixDomainSocketAddress.of(server.directory().resolve(name));
    }

    private void counted(String name, long refused) {
        Await.until("it is counted", () -> server.runtime().listeners().stream()
                .anyMatch(l -> l.name().equals(name) && l.refused() == refused));
    }

    private static void isServed(UnixDomainSocketAddress address) throws Exception {
        try (Session s = RawNbdClient.greeted(address).go("")) {
            s.stillWorks();
            s.disconnect();
        }
    }

    @Test
    void aClientTooManyIsClosedAndCounted() throws Exception {
        UnixDomainSocketAddress address = listen("two", "max-connections", 2);
        try (Session a = RawNbdClient.greeted(address).go(""); Session b = RawNbdClient.greeted(address).go("")) {
            try (RawNbdClient third = RawNbdClient.connect(address)) {
                third.awaitCloseWithoutAWord();
            }
            counted("two", 1);
            a.stillWorks();
            b.disconnect();
            b.client().awaitClose();
        }
        Await.until("both have gone", () -> server.connections() == 0);
        isServed(address);
    }

    @Test
    void aHandshakeThatTakesTooLongIsClosedAndCounted() throws Exception {
        UnixDomainSocketAddress address = listen("hasty", "handshake-timeout", "10s");
        try (RawNbdClient silent = RawNbdClient.greeted(address)) {
            silent.awaitCloseWithoutAWord();
        }
        counted("hasty", 1);
    }

    @Test
    void optionsTooManyAreClosedAndCounted() throws Exception {
        UnixDomainSocketAddress address = listen("few", "max-options", 3);
        try (RawNbdClient client = RawNbdClient.greeted(address)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(Wire.REP_ERR_UNSUP, client.verdict(99));
            }
            client.awaitCloseWithoutAWord();
        }
        counted("few", 1);
        isServed(address);
    }

    @Test
    void clientsThatBreakTheRulesAgainAndAgainDoNotFillTheLog() throws Exception {
        UnixDomainSocketAddress address = listen("rude", "read-only", true);
        AtomicInteger lines = new AtomicInteger();
        Handler counter = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                    lines.incrementAndGet();
                }
            }

            @Override
            public void flush() {
                // nothing is kept back
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger logger = Logger.getLogger("dev.sluice");
        logger.addHandler(counter);
        try {
            for (int i = 0; i < 200; i++) {
                try (Session s = RawNbdClient.greeted(address).go("")) {
                    s.client().send(out -> out.write(new byte[28]));
                    s.client().awaitClose();
                }
            }
        } finally {
            logger.removeHandler(counter);
        }
        // with the number of those that are left out, once in a minute
        assertTrue(lines.get() > 0 && lines.get() <= 200 / 4, () -> lines + " lines");
        isServed(address);
    }

    @Test
    void anOptionOfFourGibibytesIsClosedAndCounted() throws Exception {
        UnixDomainSocketAddress address = listen("small", "read-only", true);
        try (RawNbdClient client = RawNbdClient.greeted(address)) {
            client.send(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                out.writeInt(0xffff_ffff);
            });
            client.awaitCloseWithoutAWord();
        }
        counted("small", 1);
        isServed(address);
    }
}
