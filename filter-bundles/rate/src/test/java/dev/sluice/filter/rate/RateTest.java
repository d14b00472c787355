package dev.sluice.filter.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Peer;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Rates of 8 kilobits here are 1000 bytes a second, with a burst of 2 seconds. */
class RateTest {
    private static final String KILOBYTE = "8000";

    private final ModelDevice model = ModelDevice.of(new byte[1 << 20]);
    private LayerHarness harness;
    private int ports = 1000;
    @TempDir
    private Path directory;

    private LayerHarness start(String... words) throws Exception {
        harness = LayerHarness.filter(RateFilter::new, "rate", List.of(words), directory, model).start();
        return harness;
    }

    @AfterEach
    void nothingStays() throws IOException {
        if (harness != null) {
            harness.close();
            harness.context().assertNothingHeld();
        }
    }

    private Connection from(String address) throws IOException {
        Peer peer = address.isEmpty() ? Peer.LOCAL : Peer.of(new InetSocketAddress(address, ports++));
        return harness.connect(new TestOpenRequest(harness.context(), "", false, new TestClient(ports, peer, false, false)));
    }

    /** Milliseconds on the layer's clock. */
    private long time(Executable call) throws IOException {
        long before = harness.context().clock().getAsLong();
        try {
            call.execute();
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return Math.round((harness.context().clock().getAsLong() - before) / 1e6);
    }

    private long read(Connection c, int bytes) throws IOException {
        return time(() -> c.read(0, bytes));
    }

    private long write(Connection c, int bytes) throws IOException {
        return time(() -> c.write(0, new byte[bytes], Flags.NONE));
    }

    private void pass(long millis) {
        harness.context().clock().advance(Duration.ofMillis(millis));
    }

    @Test
    void withoutALimitNothingWaits() throws Exception {
        Connection c = start().connect();
        assertEquals(0, read(c, 1 << 20));
        assertEquals(0, write(c, 1 << 20));
    }

    @Test
    void aBurstPassesAndThenTheRateHolds() throws Exception {
        Connection c = start("rate=" + KILOBYTE).connect();
        assertEquals(0, read(c, 2000));
        assertEquals(1000, read(c, 1000));
        assertEquals(500, read(c, 500));
        assertEquals(1, read(c, 1));
    }

    @Test
    void suffixesArePowersOf1024() throws Exception {
        Connection c = start("rate=8K").connect();
        assertEquals(0, read(c, 2048));
        assertEquals(1000, read(c, 1024));
    }

    @Test
    void aRequestOfMoreThanTheBurstWaitsForAllOfIt() throws Exception {
        assertEquals(8000, read(start("rate=" + KILOBYTE).connect(), 10_000));
    }

    @Test
    void theBurstIsAsLongAsSaid() throws Exception {
        Connection c = start("rate=" + KILOBYTE, "burstiness=0.5").connect();
        assertEquals(0, read(c, 500));
        pass(60_000);
        assertEquals(500, read(c, 1000));
    }

    @Test
    void readsAndWritesHaveTheirOwnLimits() throws Exception {
        Connection c = start("rate=" + KILOBYTE).connect();
        assertEquals(0, read(c, 2000));
        assertEquals(0, write(c, 2000));
        assertEquals(1000, write(c, 1000));
        assertEquals(0, read(c, 1000));
    }

    @Test
    void otherRequestsAreFree() throws Exception {
        Connection c = start("rate=8").connect();
        assertEquals(0, time(() -> {
            c.device().zero(0, 1 << 20, Flags.NONE);
            c.device().trim(0, 1 << 20, Flags.NONE);
            c.device().cache(0, 1 << 20);
            c.device().flush();
            c.status(0, 1 << 20, Flags.NONE);
        }));
    }

    @Test
    void aRateCountsForAllConnectionsTogether() throws Exception {
        start("rate=" + KILOBYTE);
        assertEquals(0, read(from("10.0.0.1"), 2000));
        assertEquals(1000, read(from("10.0.0.2"), 1000));
    }

    @Test
    void aConnectionRateCountsForEachConnection() throws Exception {
        start("connection-rate=" + KILOBYTE);
        Connection first = from("10.0.0.1");
        assertEquals(0, read(first, 2000));
        assertEquals(0, read(from("10.0.0.1"), 2000));
        assertEquals(2000, read(first, 2000));
    }

    @Test
    void aClientRateCountsForAllConnectionsOfOneAddress() throws Exception {
        start("client-rate=" + KILOBYTE);
        assertEquals(0, read(from("10.0.0.1"), 2000));
        assertEquals(1000, read(from("10.0.0.1"), 1000));
        assertEquals(0, read(from("10.0.0.2"), 1000));
        assertEquals(0, read(from("::1"), 1000));
        assertEquals(0, read(from(""), 2000));
        assertEquals(1000, read(from(""), 1000));
    }

    @Test
    void aClientThatComesAgainHasNoNewBurst() throws Exception {
        start("client-rate=" + KILOBYTE);
        Connection c = from("10.0.0.1");
        assertEquals(0, read(c, 2000));
        c.disconnect();
        assertEquals(1000, read(from("10.0.0.1"), 1000));
    }

    @Test
    void clientsThatHaveGoneForLongAreForgotten() {
        Clients clients = new Clients(new Limit("client-rate", 1000, 2, Optional.empty()));
        Peer peer = Peer.of(new InetSocketAddress("10.0.0.1", 1));
        clients.enter(peer, 0).bucket(false).take(1000, 0);
        clients.leave(peer, 0);
        assertEquals(1, clients.size());
        Peer other = Peer.of(new InetSocketAddress("10.0.0.2", 1));
        clients.enter(other, 2_000_000_000L);
        assertEquals(1, clients.size());
        clients.leave(other, 2_000_000_000L);
        assertEquals(0, clients.size());
    }

    @Test
    void theStrictestOfAllLimitsHolds() throws Exception {
        start("rate=16000", "client-rate=" + KILOBYTE, "connection-rate=4000");
        Connection c = from("10.0.0.1");
        assertEquals(2000, read(c, 2000));
    }

    @Test
    void aFileTakesThePlaceOfTheParameter() throws Exception {
        Files.writeString(directory.resolve("f"), "16000\nsomething else\n");
        Connection c = start("rate=8", "rate-file=f").connect();
        assertEquals(0, read(c, 4000));
        assertEquals(1000, read(c, 2000));
    }

    @Test
    void aFileThatIsNotThereLeavesTheParameter() throws Exception {
        Connection c = start("connection-rate=" + KILOBYTE, "connection-rate-file=f").connect();
        assertEquals(1000, read(c, 3000));
    }

    @Test
    void aFileThatChangesCountsSoonAfterwards() throws Exception {
        Connection c = start("client-rate-file=f").connect();
        assertEquals(0, read(c, 100_000));
        Files.writeString(directory.resolve("f"), KILOBYTE);
        pass(100);
        assertEquals(1000, read(c, 3000));
        Files.writeString(directory.resolve("f"), "80000");
        pass(100);
        assertEquals(90, read(c, 1000), "100 ms at the old rate are 100 bytes");
        Files.writeString(directory.resolve("f"), "0");
        pass(100);
        assertEquals(0, read(c, 1 << 20));
    }

    @Test
    void aFileThatChangesCountsForThoseWhoWait() throws Exception {
        Connection c = start("rate=" + KILOBYTE, "rate-file=f").connect();
        c.request().cancellation().inSleep(() -> {
            try {
                Files.writeString(directory.resolve("f"), "0");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(read(c, 1 << 20) <= 1000);
    }

    @Test
    void aFileThatIsDeletedLeavesItsLastRate() throws Exception {
        Files.writeString(directory.resolve("f"), KILOBYTE);
        Connection c = start("rate=8M", "rate-file=f").connect();
        Files.delete(directory.resolve("f"));
        pass(1000);
        assertEquals(1000, read(c, 3000));
        Connection after = harness.swap().get(0);
        pass(2000);
        assertEquals(1000, read(after, 3000), "after a swap as well");
    }

    @Test
    void aFileThatMakesNoSenseLeavesTheRate() throws Exception {
        Files.writeString(directory.resolve("f"), "fast");
        Connection c = start("rate=" + KILOBYTE, "rate-file=f").connect();
        assertEquals(1000, read(c, 3000));
        Files.delete(directory.resolve("f"));
        Files.createDirectory(directory.resolve("f"));
        pass(1000);
        assertEquals(0, read(c, 1000));
    }

    @Test
    void aRequestIsGivenUpWhenItsConnectionMustCloseAndOthersGoEarlier() throws Exception {
        start("rate=" + KILOBYTE);
        Connection c = from("10.0.0.1");
        Connection other = from("10.0.0.2");
        c.request().cancellation().inSleep(() -> c.request().cancellation().cancel("gone"));
        model.takeCalls();
        NbdException e = assertThrows(NbdException.class, () -> c.read(0, 100_000));
        assertEquals(NbdError.ESHUTDOWN, e.error());
        assertEquals(List.of(), model.takeCalls());
        assertEquals(0, read(other, 2000));
    }

    @Test
    void aSwapGivesNobodyANewBurst() throws Exception {
        start("rate=80000", "client-rate=40000", "connection-rate=" + KILOBYTE);
        Connection c = from("10.0.0.1");
        read(c, 2000);
        assertEquals(1000, read(harness.swap().get(0), 1000));
        assertEquals(1000, read(harness.rollBackLate().get(0), 1000));
        harness.rollBack();
    }

    @Test
    void aSwapKeepsWhatClientsAndAllHaveUsed() throws Exception {
        start("client-rate=" + KILOBYTE);
        read(from("10.0.0.1"), 2000);
        assertEquals(1000, read(harness.swap().get(0), 1000));
        harness.close();
        start("rate=" + KILOBYTE);
        read(from("10.0.0.1"), 2000);
        assertEquals(1000, read(harness.swap().get(0), 1000));
    }

    @Test
    void aLimitCanBeChangedSetAndDroppedLive() throws Exception {
        start();
        Connection c = from("10.0.0.1");
        read(c, 100_000);
        c = harness.swap(List.of("connection-rate=" + KILOBYTE)).get(0);
        assertEquals(0, read(c, 2000));
        c = harness.swap(List.of("connection-rate=80000")).get(0);
        assertEquals(100, read(c, 1000));
        c = harness.swap(List.of()).get(0);
        assertEquals(0, read(c, 100_000));
    }

    @Test
    void aRateOfZeroIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("connection-rate=0"));
        assertEquals("rate: connection-rate=0: must be at least 1 bit per second", e.getMessage());
    }

    @Test
    void aBurstOfZeroIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("burstiness=0s"));
        assertEquals("rate: burstiness=0s: must be more than 0 seconds", e.getMessage());
    }

    @Test
    void aRateThatIsNoNumberIsRefused() {
        var e = assertThrows(ConfigException.class, () -> start("rate=fast"));
        assertTrue(e.getMessage().startsWith("rate: rate=fast: "), e.getMessage());
    }
}
