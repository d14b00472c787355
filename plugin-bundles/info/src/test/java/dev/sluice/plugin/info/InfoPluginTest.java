package dev.sluice.plugin.info;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Peer;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InfoPluginTest extends PluginContract {
    private Instant now = Instant.ofEpochSecond(0x1_2345_6789L, 654_321_987);

    @Override
    protected NbdPlugin newKind() {
        return new InfoPlugin(new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        });
    }

    @Override
    protected String kindName() {
        return "info";
    }

    @Override
    protected List<String> words() {
        return List.of("version");
    }

    private static Connection connect(LayerHarness h, String exportName, Peer peer) throws Exception {
        return h.connect(new TestOpenRequest(h.context(), exportName, false, new TestClient(1, peer, false, false)));
    }

    private Connection connect(String mode, String exportName) throws Exception {
        return connect(start(List.of(mode)), exportName, Peer.LOCAL);
    }

    private static String text(Connection c) throws Exception {
        return new String(c.readAll(), StandardCharsets.UTF_8);
    }

    private static void assertTime(long seconds, int micros, Connection c) throws Exception {
        ByteBuffer all = ByteBuffer.wrap(c.readAll());
        assertEquals(seconds + "." + micros, all.getLong() + "." + all.getInt());
    }

    @Test
    void theExportNameIsTheDefault() throws Exception {
        assertEquals("hello world", text(connect(start(List.of()), "hello world", Peer.LOCAL)));
        assertEquals("", text(connect("exportname", "")));
        assertEquals("grün", text(connect("mode=exportname", "grün")));
    }

    @Test
    void theExportNameCanBeBase64() throws Exception {
        assertEquals("abc", text(connect("base64exportname", "YWJj")));
        assertEquals("ab", text(connect("base64exportname", "YWI=")));
        assertEquals("abc", text(connect("base64exportname", " YW\nJj\n")));
        assertEquals("", text(connect("base64exportname", "")));
        assertArrayEquals(new byte[] {0, -1, 0}, connect("base64exportname", "AP8A").readAll());
    }

    @Test
    void whatIsNoBase64IsRefusedAndNamed() {
        for (String wrong : List.of("YWJ", "YWI", "YW==", "-_==", "=", "Y*==", "YWJjYQ=", "ä===")) {
            NbdException e = assertThrows(NbdException.class, () -> connect("base64exportname", wrong), wrong);
            assertEquals(NbdError.EINVAL, e.error());
            assertTrue(e.getMessage().contains("'" + wrong + "'"), e.getMessage());
        }
    }

    @Test
    void theAddressIsThatOfTheClient() throws Exception {
        LayerHarness h = start(List.of("address"));
        assertEquals("unix", text(connect(h, "", Peer.LOCAL)));
        assertEquals("192.0.2.7:1234", text(connect(h, "", tcp(192, 0, 2, 7))));
    }

    @Test
    void anIpv6AddressIsWrittenShortAndNamesNoInterface() throws Exception {
        LayerHarness h = start(List.of("address"));
        for (String short6 : List.of("::1", "::", "fe80::1:2", "1:2:3:4:5:6:7:8", "1::", "2001:db8:0:1:1:1:1:1", "1::4:0:0:7:8", "0:1::")) {
            InetAddress address = Inet6Address.getByAddress("", InetAddress.getByName(short6).getAddress(), 3);
            assertEquals("[" + short6 + "]:99", text(connect(h, "", Peer.of(new InetSocketAddress(address, 99)))));
        }
    }

    private static Peer tcp(int... address) throws Exception {
        byte[] bytes = new byte[address.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) address[i];
        }
        return Peer.of(new InetSocketAddress(InetAddress.getByAddress(bytes), 1234));
    }

    @Test
    void theTimeIsThatOfTheRead() throws Exception {
        Connection c = connect("time", "");
        assertEquals(12, c.info().size());
        assertTime(0x1_2345_6789L, 654_321, c);
        now = Instant.ofEpochSecond(5, 1000);
        assertTime(5, 1, c);
    }

    @Test
    void aPartOfTheTimeCanBeRead() throws Exception {
        Connection c = connect("time", "");
        assertArrayEquals(new byte[] {0x23, 0x45, 0x67, (byte) 0x89, 0, 0x09}, c.read(4, 6));
        assertArrayEquals(new byte[] {(byte) (654_321 & 0xff)}, c.read(11, 1));
    }

    @Test
    void uptimeCountsFromTheStartOfTheExport() throws Exception {
        LayerHarness h = start(List.of("uptime"));
        h.context().clock().advance(Duration.ofMillis(1500));
        Connection c = h.connect();
        assertTime(1, 500_000, c);
        h.context().clock().advance(Duration.ofMillis(1));
        assertTime(1, 501_000, c);
    }

    @Test
    void conntimeCountsFromTheStartOfTheConnection() throws Exception {
        LayerHarness h = start(List.of("conntime"));
        h.context().clock().advance(Duration.ofSeconds(9));
        Connection first = h.connect();
        h.context().clock().advance(Duration.ofSeconds(2));
        assertTime(0, 0, h.connect());
        assertTime(2, 0, first);
    }

    @Test
    void aSwapStopsNoClock() throws Exception {
        for (String mode : List.of("uptime", "conntime")) {
            LayerHarness h = start(List.of(mode));
            h.connect();
            h.context().clock().advance(Duration.ofSeconds(3));
            Connection c = h.swap().get(0);
            assertTime(3, 0, c);
            h.rollBack();
            h.context().clock().advance(Duration.ofSeconds(1));
            assertTime(4, 0, c);
            assertTime(4, 0, h.rollBackLate().get(0));
        }
    }

    @Test
    void aForeignHandOverIsRefused() throws Exception {
        LayerHarness h = start(List.of("conntime"));
        Connection c = h.connect();
        for (HandOver foreign : List.of(new HandOver("other", 1, Map.of("started", 1L)),
                new HandOver("dev.sluice.plugin.info", 1, Map.of()))) {
            assertThrows(ConfigException.class, () -> h.layer().adopt(foreign));
            assertThrows(ConfigException.class, () -> c.device().adopt(foreign));
        }
    }

    @Test
    void theVersionIsThatOfTheBuild() throws Exception {
        String version = text(connect("version", ""));
        assertTrue(version.matches("[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?"), version);
    }

    @Test
    void modesMayBeWrittenAsInNbdkit() throws Exception {
        assertEquals("x", text(connect("Export-Name", "x")));
        assertEquals("abc", text(connect("base64-export-name", "YWJj")));
        assertEquals(12, connect("TIME", "").info().size());
    }

    @Test
    void aWrongModeIsRefusedAndAllModesAreNamed() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("tim")));
        assertTrue(e.getMessage().startsWith("info: mode=tim: must be one of exportname, "), e.getMessage());
    }

    @Test
    void onlyWhatAllClientsSeeAlikeIsShared() throws Exception {
        for (String mode : List.of("exportname", "base64exportname", "version")) {
            assertTrue(connect(mode, "").info().multiConn(), mode);
        }
        for (String mode : List.of("address", "time", "uptime", "conntime")) {
            assertFalse(connect(mode, "").info().multiConn(), mode);
        }
    }

    @Test
    void itIsReadOnly() throws Exception {
        for (Mode mode : Mode.values()) {
            DeviceInfo info = connect(mode.name(), "").info();
            assertFalse(info.isWritable() || info.canFlush() || info.extents());
            assertEquals(Support.NATIVE, info.cache());
        }
    }

    @Test
    void aLongExportNameIsReadInPieces() throws Exception {
        String name = "n".repeat(4096);
        Connection c = connect("exportname", name);
        assertEquals(4096, c.info().size());
        assertEquals("n".repeat(10), new String(c.read(4086, 10), StandardCharsets.US_ASCII));
        assertEquals(Arrays.toString(name.getBytes(StandardCharsets.US_ASCII)), Arrays.toString(c.readAll()));
    }
}
