package dev.sluice.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.hostile.Attacker.Sort;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that mean no good against a server with little: 64 threads, 256 MiB of buffers. An honest client that is there goes
 * on, another one comes in, and afterwards everything is as it was. {@code sluice.itests.hostile} says how many there are.
 */
class HostileIT {
    private static final int CLIENTS = Integer.getInteger("sluice.itests.hostile", 200);
    private static final int THREADS = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] DATA = Pattern.bytes(5, 0, 65_536);

    private SluiceServer server;
    private Session honest;
    private LeakCheck before;

    @BeforeEach
    void start() throws Exception {
        server = SluiceServer.start(Map.of("max-threads", THREADS, "max-buffers", "256M"));
        server.export("*", "memory 128M");
        server.unix();
        server.listen("short", "unix:" + server.directory().resolve("short"), Map.of("idle-timeout", "10s"));
        honest = client();
        honest.write(0, DATA).ok();
        before = LeakCheck.begin();
    }

    @AfterEach
    void everythingIsAsItWas() throws Exception {
        try {
            goesOn(honest);
            Await.until("only the honest client is left", PATIENCE, () -> server.connections() == 1, () -> server.connections() + " are");
            before.socketsAreBack();
            // the last of them could not be told to end before its clients had gone
            Await.until("the threads have ended", PATIENCE, () -> threads() <= 4, () -> threads() + " threads");
            Await.until("the buffers are back", PATIENCE, () -> server.runtime().metrics().bufferBytes() < 8 << 20,
                    () -> server.runtime().metrics().bufferBytes() + " bytes");
            honest.disconnect();
            honest.close();
        } finally {
            server.close();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("sluice-worker")).count();
    }

    private Session client() throws IOException {
        return RawNbdClient.greeted(server.address()).go("");
    }

    private static void goesOn(Session session) throws IOException {
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(DATA, session.read(0, DATA.length).data());
        }
    }

    /** Somebody new is served within the client's own patience for each message, as often as it takes. */
    private void anotherOneComesIn() {
        Await.until("another honest client is served", PATIENCE, () -> {
            try (Session s = client()) {
                goesOn(s);
                s.disconnect();
                return true;
            } catch (IOException e) {
                // turned away while there is no thread
                return false;
            }
        }, () -> server.runtime().listeners().toString());
    }

    private Attack attack(int clients, Sort... sorts) throws IOException {
        return Attack.on("unix:" + server.unix(), clients, sorts);
    }

    @Test
    void clientsThatSayNothingCostNoThread() throws Exception {
        try (Attack attack = attack(CLIENTS, Sort.HALF_OPEN)) {
            // a very slow machine may close the first before the last has come
            Await.until("most are there", PATIENCE, () -> server.connections() > CLIENTS / 2, () -> server.connections() + " are");
            Await.until("they hold no thread", PATIENCE, () -> threads() < THREADS / 2, () -> threads() + " threads");
            goesOn(honest);
            anotherOneComesIn();
            attack.goesOn();
        }
    }

    @Test
    void clientsThatAreSlowInTheHandshakeLeaveThreadsToOthers() throws Exception {
        try (Attack attack = attack(CLIENTS, Sort.SLOW, Sort.SILENT)) {
            goesOn(honest);
            anotherOneComesIn();
            attack.goesOn();
        }
    }

    @Test
    void clientsThatStopInTheMiddleOfARequestAreSentAwayWhenThreadsRunOut() throws Exception {
        try (Attack attack = attack(CLIENTS, Sort.STALLED)) {
            anotherOneComesIn();
            goesOn(honest);
            Await.until("some were sent away", PATIENCE, () -> refused() > 0, () -> server.runtime().listeners().toString());
            attack.goesOn();
        }
    }

    @Test
    void clientsThatAnnounceMuchAndSendLittleAreSentAwayWhenMemoryRunsOut() throws Exception {
        try (Attack attack = attack(20, Sort.GREEDY)) {
            goesOn(honest);
            byte[] much = new byte[8 << 20];
            Await.until("a large write finds memory", PATIENCE, () -> {
                try {
                    return honest.write(0, much).error() == 0;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, () -> server.runtime().metrics().toString());
            honest.write(0, DATA).ok();
            attack.goesOn();
        }
    }

    @Test
    void clientsThatReadNothingLeaveMemoryToOthers() throws Exception {
        try (Attack attack = attack(60, Sort.DEAF)) {
            goesOn(honest);
            anotherOneComesIn();
            attack.goesOn();
        }
    }

    @Test
    void clientsThatBabbleHurtNobody() throws Exception {
        try (Attack attack = attack(CLIENTS, Sort.BABBLING, Sort.FLOODING, Sort.HUGE)) {
            goesOn(honest);
            anotherOneComesIn();
            goesOn(honest);
            attack.goesOn();
        }
    }

    @Test
    void aServerWithEnoughForAllSendsNobodyAway() throws Exception {
        try (Attack attack = attack(10, Sort.STALLED)) {
            Await.until("all are there", PATIENCE, () -> server.connections() == 11, () -> server.connections() + " are");
            // longer than a client may stand still when there is not enough
            assertTrue(honest.client().channel().silentFor(Duration.ofSeconds(4)));
            assertTrue(server.connections() == 11 && refused() == 0, () -> server.connections() + " connections");
            attack.goesOn();
        }
    }

    private long refused() {
        return server.runtime().listeners().stream().mapToLong(ListenerStatus::refused).sum();
    }

    @Test
    void whoAsksForNothingGoesWhereTheOperatorWantsThat() throws Exception {
        var address = UnixDomainSocketAddress.of(server.directory().resolve("short"));
        try (Session idle = RawNbdClient.greeted(address).go(""); Session busy = RawNbdClient.greeted(address).go("")) {
            Await.until("the idle one is cut off", PATIENCE, () -> {
                try {
                    busy.stillWorks();
                    return server.connections() == 2;
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }, () -> server.connections() + " connections");
            idle.client().awaitClose();
            goesOn(busy);
            busy.disconnect();
        }
    }

    @Test
    void allOfThemAtOnceLeaveHonestClientsTheirSpeed() throws Exception {
        long alone = throughput();
        long under;
        long cpu;
        try (Attack attack = attack(CLIENTS, Sort.values())) {
            cpu = attack.cpuMillis();
            under = throughput();
            cpu = attack.cpuMillis() - cpu;
            anotherOneComesIn();
            attack.goesOn();
        }
        System.out.println("hostile: " + CLIENTS + " clients; reads of 4 KiB per second alone " + alone + ", under attack " + under + ", "
                + 100 * under / Math.max(1, alone) + " %; the attackers themselves have taken " + cpu + " ms of processors meanwhile");
    }

    /** Of one client, one request at a time. */
    private long throughput() throws IOException {
        long nanos = Long.getLong("sluice.itests.hostile.seconds", 1) * 1_000_000_000L;
        long begin = System.nanoTime();
        long n = 0;
        while (System.nanoTime() - begin < nanos) {
            honest.read(n % 1000 * 4096, 4096).ok();
            n++;
        }
        return n * 1_000_000_000L / (System.nanoTime() - begin);
    }
}
