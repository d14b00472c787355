package dev.sluice.plugin.nbd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is asked of a server, and what comes of its answers. */
class RequestsTest extends ServedTest {
    @Test
    void everythingThatTheServerOffersIsOffered() throws Exception {
        serve(1 << 20).flags = FakeServer.ALL_FLAGS | Proto.ROTATIONAL;
        server.blocks = new int[] {512, 4096, 1 << 20};
        assertEquals(DeviceInfo.writable(1 << 20).flush(true).fua(Support.NATIVE).trim(true).zero(Support.NATIVE).fastZero(true)
                .cache(Support.NATIVE).extents(true).multiConn(true).rotational(true)
                .blockSizes(new BlockSizes(512, 4096, 1 << 20)).build(),
                connect().info());
    }

    @Test
    void whatTheServerDoesNotOfferIsEmulated() throws Exception {
        serve(1000).flags = Proto.HAS_FLAGS;
        server.structured = false;
        assertEquals(DeviceInfo.writable(1000).build(), connect().info());
    }

    @Test
    void aReadOnlyServerIsReadOnly() throws Exception {
        serve(1000).flags = FakeServer.ALL_FLAGS | Proto.READ_ONLY;
        assertEquals(false, connect().info().isWritable());
    }

    @Test
    void anEmptyDiskIsServed() throws Exception {
        serve(0);
        assertEquals(0, connect().info().size());
    }

    @Test
    void flagsAreThoseOfTheProtocol() throws Exception {
        serve(1 << 20);
        Connection c = connect();
        c.write(5, new byte[] {1}, Flags.of(Flags.FUA));
        c.device().zero(0, 512, Flags.of(Flags.MAY_TRIM));
        c.device().zero(0, 512, Flags.of(Flags.FAST_ZERO | Flags.FUA));
        c.device().trim(0, 512, Flags.NONE);
        c.device().cache(0, 512);
        c.status(0, 512, Flags.of(Flags.REQ_ONE));
        assertEquals(List.of(Proto.FLAG_FUA, 0, Proto.FLAG_FAST_ZERO | Proto.FLAG_NO_HOLE | Proto.FLAG_FUA, 0, 0, Proto.FLAG_REQ_ONE),
                server.requests.stream().map(FakeServer.Request::flags).toList());
    }

    @Test
    void requestsAreCutToWhatTheServerTakes() throws Exception {
        serve(10_000).blocks = new int[] {1, 512, 4096};
        byte[] bytes = new byte[10_000];
        new Random(1).nextBytes(bytes);
        Connection c = connect();
        c.write(0, bytes, Flags.NONE);
        assertArrayEquals(bytes, c.read(0, 10_000));
        assertEquals(List.of(4096, 4096, 1808), server.of(Proto.READ).stream().map(FakeServer.Request::length).toList());
        assertEquals(List.of(0L, 4096L, 8192L), server.of(Proto.WRITE).stream().map(FakeServer.Request::offset).toList());
    }

    @Test
    void longRequestsWithoutDataAreCutToo() throws Exception {
        serve(0).size = 5L << 30;
        server.hook = (client, r) -> {
            client.simple(r, 0);
            return true;
        };
        connect().device().trim(100, 3L << 30, Flags.NONE);
        assertEquals(List.of(1 << 30, 1 << 30, 1 << 30), server.of(Proto.TRIM).stream().map(FakeServer.Request::length).toList());
    }

    @Test
    void aHoleStaysAHole() throws Exception {
        serve(1 << 20);
        assertEquals(List.of(RecordingReply.Kind.ZEROES), connect().readReply(0, 5000).kinds());
    }

    @Test
    void manyRequestsAreUnderWayAtOnceAndAnsweredInAnyOrder() throws Exception {
        int many = 32;
        serve(many * 1000);
        new Random(5).nextBytes(server.disk);
        List<FakeServer.Request> held = new ArrayList<>();
        server.hook = (client, r) -> {
            if (r.type() != Proto.READ) {
                return false;
            }
            held.add(r);
            if (held.size() == many) {
                for (int i = many - 1; i >= 0; i--) {
                    client.answer(held.get(i));
                }
            }
            return true;
        };
        Connection c = connect();
        List<Future<byte[]>> reads = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            int from = i * 1000;
            reads.add(later(() -> c.read(from, 1000)));
        }
        for (int i = 0; i < many; i++) {
            assertArrayEquals(Arrays.copyOfRange(server.disk, i * 1000, i * 1000 + 1000), get(reads.get(i)));
        }
        assertEquals(1, server.connections);
    }

    @Test
    void largeReadsAndWritesAtOnceDoNotWaitForEachOther() throws Exception {
        int part = 8 << 20;
        serve(4 * part);
        new Random(5).nextBytes(server.disk);
        byte[] before = server.disk.clone();
        Connection c = connect();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int reads = i * part;
            int writes = (i + 2) * part;
            all.add(later(() -> {
                assertArrayEquals(Arrays.copyOfRange(before, reads, reads + part), c.read(reads, part));
                return null;
            }));
            all.add(later(() -> {
                c.write(writes, Arrays.copyOfRange(before, reads, reads + part), Flags.NONE);
                return null;
            }));
        }
        for (Future<?> f : all) {
            get(f);
        }
        assertArrayEquals(Arrays.copyOf(before, 2 * part), Arrays.copyOfRange(server.disk, 2 * part, 4 * part));
    }

    @Test
    void severalConnectionsAreUsedIfTheServerAllowsThem() throws Exception {
        serve(1000);
        Connection c = connect("connections=3");
        for (int i = 0; i < 6; i++) {
            c.read(0, 10);
        }
        assertEquals(3, server.connections);
    }

    @Test
    void severalConnectionsAreNotUsedWithoutMultiConn() throws Exception {
        serve(1000).flags = Proto.HAS_FLAGS;
        Connection c = connect("connections=3");
        for (int i = 0; i < 6; i++) {
            c.read(0, 10);
        }
        assertEquals(1, server.connections);
    }

    @Test
    void clientsThatShareUseOneConnection() throws Exception {
        serve(1000).flags = Proto.HAS_FLAGS;
        LayerHarness h = layer("shared=yes");
        h.connect().read(0, 10);
        Connection second = h.connect();
        second.read(0, 10);
        assertTrue(second.info().multiConn());
        assertEquals(1, server.connections);
    }

    @Test
    void errorsOfTheServerAreThoseOfTheRequest() throws Exception {
        serve(1000).hook = (client, r) -> {
            if (r.type() == Proto.READ) {
                byte[] text = "bad sector".getBytes(StandardCharsets.UTF_8);
                client.chunk(r, 1, Proto.CHUNK_ERROR,
                        ByteBuffer.allocate(6 + text.length).putInt(28).putShort((short) text.length).put(text)
                        .array());
            } else {
                client.simple(r, 4711);
            }
            return true;
        };
        Connection c = connect();
        NbdException e = readFails(c);
        assertEquals(NbdError.ENOSPC, e.error());
        assertEquals("the server answers read with ENOSPC: bad sector", e.getMessage());
        NbdException f = assertThrows(NbdException.class, () -> c.device().flush());
        assertEquals(NbdError.EINVAL, f.error());
        assertEquals("the server answers flush with error 4711", f.getMessage());
    }

    @Test
    void anErrorInTheMiddleOfAReadIsAnError() throws Exception {
        serve(1000).hook = (client, r) -> {
            client.chunk(r, 0, Proto.CHUNK_OFFSET_DATA, FakeServer.content(0, new byte[50], 0, 50));
            client.chunk(r, 1, Proto.CHUNK_ERROR_OFFSET, ByteBuffer.allocate(14).putInt(5).putShort((short) 0).putLong(50).array());
            return true;
        };
        assertEquals("the server answers read with EIO", readFails(connect()).getMessage());
    }

    @Test
    void extentsAreThoseOfTheServer() throws Exception {
        serve(10_000).hook = (client, r) -> {
            client.chunk(r, 1, Proto.CHUNK_BLOCK_STATUS,
                    ByteBuffer.allocate(20).putInt(7).putInt(4096).putInt(3).putInt(5904).putInt(0).array());
            return true;
        };
        assertEquals(List.of(new RecordingSink.Extent(0, 4096, 3), new RecordingSink.Extent(4096, 5904, 0)),
                connect().status(0, 10_000, Flags.NONE));
    }

    @Test
    void serversOfTheOldStyleWork() throws Exception {
        serve(1000).oldstyle = true;
        server.structured = false;
        server.disk[5] = 9;
        assertEquals(9, connect().read(5, 1)[0]);
    }

    @Test
    void serversWithoutFixedNegotiationWork() throws Exception {
        serve(1000).fixed = false;
        server.structured = false;
        server.disk[5] = 9;
        assertEquals(9, connect().read(5, 1)[0]);
    }

    @Test
    void serversThatDoNotKnowGoWork() throws Exception {
        serve(1000).optionHook = (client, option, payload) -> {
            if (option == Proto.OPT_EXPORT_NAME) {
                return false;
            }
            client.reply(option, Proto.REP_ERR_UNSUP);
            return true;
        };
        server.disk[5] = 9;
        assertEquals(9, connect().read(5, 1)[0]);
    }

    @Test
    void exportsAreChosenByTheClientIfTheyAreDynamic() throws Exception {
        serve(1000).exports = new TreeMap<>(Map.of("", "none", "a", "first", "b", "second"));
        LayerHarness h = layer("dynamic-export=true");
        NbdPlugin plugin = (NbdPlugin) h.layer();
        TestClient client = new TestClient(1);
        assertEquals(List.of(new ExportInfo("", "none"), new ExportInfo("a", "first"), new ExportInfo("b", "second")),
                plugin.exports(client));
        assertEquals("main", plugin.defaultExport(client));
        TestOpenRequest b = new TestOpenRequest(h.context(), "b", false, client);
        assertEquals("second", plugin.description(b));
        h.connect(b).read(0, 10);
        NbdException e = assertThrows(NbdException.class, () -> h.connect(b.withExportName("c")));
        assertEquals("127.0.0.1:" + server.port() + ": the server refuses export 'c': it has no such export (try another)", e.getMessage());
    }

    @Test
    void withoutThatOnlyTheOwnExportIsListed() throws Exception {
        serve(1000).exports = new TreeMap<>(Map.of("a", "first", "b", "second"));
        LayerHarness h = layer("uri=" + server.uri() + "b");
        assertEquals(List.of(new ExportInfo("", "")), ((NbdPlugin) h.layer()).exports(new TestClient(1)));
        assertEquals("second", ((NbdPlugin) h.layer()).description(h.connect().request()));
    }
}
