package dev.sluice.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import dev.sluice.itests.harness.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** libnbd's nbdinfo, nbdcopy and nbdsh. */
class LibnbdIT extends InteropTest {
    @BeforeAll
    void installed() {
        Requires.programs("nbdinfo", "nbdcopy", "nbdsh");
    }

    @ParameterizedTest
    @MethodSource("uris")
    void nbdinfoShowsTheExport(String uri) throws Exception {
        String out = Tool.run("nbdinfo", uri).ok().out();
        assertTrue(out.contains("export-size: 67108864"), out);
        assertTrue(out.contains("is_read_only: false"), out);
        assertTrue(out.contains("can_df: true"), out);
        assertTrue(out.contains("base:allocation"), out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void nbdinfoKnowsTheSize(String uri) throws Exception {
        assertEquals("67108864", Tool.run("nbdinfo", "--size", uri).ok().out().trim());
    }

    @ParameterizedTest
    @MethodSource("memoryUris")
    void nbdinfoWritesJson(String uri) throws Exception {
        String out = Tool.run("nbdinfo", "--json", uri).ok().out();
        assertTrue(out.contains("\"protocol\": \"newstyle-fixed\""), out);
        assertTrue(out.contains("\"export-size\": 67108864"), out);
    }

    @Test
    void nbdinfoListsTheExports() throws Exception {
        sluice();
        String out = Tool.run("nbdinfo", "--list", server.unixUri("")).ok().out();
        for (String export : new String[] {"memory", "file", "chain"}) {
            assertTrue(out.contains("export=\"" + export + "\""), out);
        }
    }

    @ParameterizedTest
    @MethodSource("uris")
    void nbdinfoMapsDataAndHoles(String uri) throws Exception {
        String export = uri.replaceFirst("^nbd(\\+unix)?://[^/]*/([a-z]*).*$", "$2");
        try (Session s = RawNbdClient.greeted(uri.startsWith("nbd:") ? server.tcp() : server.address()).go(export)) {
            s.ask(0, Wire.TRIM, 0, SIZE).ok();
            byte[] data = new byte[Wire.MIB];
            java.util.Arrays.fill(data, (byte) 1);
            s.write(8 * Wire.MIB, data).ok();
        }
        String[] lines = Tool.run("nbdinfo", "--map", uri).ok().out().trim().split("\n");
        assertEquals(3, lines.length, String.join("\n", lines));
        assertTrue(lines[0].matches(" *0 +8388608 +3 +hole,zero"), lines[0]);
        assertTrue(lines[1].matches(" *8388608 +1048576 +0 +data"), lines[1]);
        assertTrue(lines[2].matches(" *9437184 +57671680 +3 +hole,zero"), lines[2]);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void nbdcopyThereAndBackGivesTheSameBytes(String uri) throws Exception {
        Path in = image("in.img");
        Path out = scratch.resolve("out.img");
        Files.deleteIfExists(out);
        Tool.run("nbdcopy", "--flush", in, uri).ok();
        Tool.run("nbdcopy", uri, out).ok();
        assertSame(in, out);
    }

    @Test
    void nbdcopyFromExportToExportGivesTheSameBytes() throws Exception {
        Path in = image("in.img");
        Path out = scratch.resolve("out.img");
        Files.deleteIfExists(out);
        Tool.run("nbdcopy", in, server.unixUri("memory")).ok();
        Tool.run("nbdcopy", "--allocated", server.tcpUri("memory"), server.unixUri("file")).ok();
        Tool.run("nbdcopy", "--requests=64", "--connections=4", server.unixUri("file"), out).ok();
        assertSame(in, out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void nbdshDoesAllCommands(String uri) throws Exception {
        String script = String.join("\n",
                "assert h.get_size() == 67108864",
                "h.pwrite(b'abc' * 1000, 12345)",
                "assert h.pread(3000, 12345) == b'abc' * 1000",
                "h.pwrite(b'x' * 4096, 65536, nbd.CMD_FLAG_FUA)",
                "h.flush()",
                "h.zero(2048, 65536)",
                "assert h.pread(4096, 65536) == b'\\0' * 2048 + b'x' * 2048",
                "h.zero(4096, 65536, nbd.CMD_FLAG_NO_HOLE)",
                "whole = []",
                "h.pread_structured(4096, 65536, lambda d, o, s, e: whole.append((d, o, s)), nbd.CMD_FLAG_DF)",
                "assert whole == [(bytearray(4096), 65536, nbd.READ_DATA)], whole",
                "h.trim(1048576, 1048576)",
                "if h.can_cache(): h.cache(65536, 0)",
                "found = []",
                "def extent(name, offset, entries, error):",
                "    found.append((name, offset, entries))",
                "h.block_status(1048576, 0, extent)",
                "assert found[0][0] == 'base:allocation' and found[0][1] == 0 and len(found) == 1",
                "pieces = []",
                "def chunk(data, offset, status, error):",
                "    pieces.append((offset, len(data), status))",
                "h.pread_structured(1048576, 0, chunk)",
                "assert sum(p[1] for p in pieces) == 1048576");
        Tool.run("nbdsh", "-c", "h.add_meta_context(nbd.CONTEXT_BASE_ALLOCATION)", "-u", uri, "-c", script).ok();
    }

    @ParameterizedTest
    @MethodSource("memoryUris")
    void nbdshSeesTheErrorsOfBadRequests(String uri) throws Exception {
        String script = String.join("\n",
                "import errno",
                "h.set_strict_mode(0)",
                "def fails(code, f):",
                "    try:",
                "        f()",
                "    except nbd.Error as e:",
                "        assert e.errnum == code, (e.errnum, code)",
                "        return",
                "    assert False",
                "fails(errno.EINVAL, lambda: h.pread(512, 67108864))",
                "fails(errno.ENOSPC, lambda: h.pwrite(b'x' * 512, 67108864))",
                "fails(errno.EINVAL, lambda: h.trim(512, 67108864))",
                "fails(errno.ENOSPC, lambda: h.zero(512, 67108864))",
                "assert len(h.pread(512, 0)) == 512");
        Tool.run("nbdsh", "-u", uri, "-c", script).ok();
    }

    @ParameterizedTest
    @MethodSource("memoryUris")
    void nbdshKeepsManyRequestsInFlight(String uri) throws Exception {
        String script = String.join("\n",
                "bufs = []",
                "for i in range(2000):",
                "    b = nbd.Buffer.from_bytearray(bytearray([i % 251] * 4096))",
                "    h.aio_pwrite(b, i * 4096)",
                "while h.aio_in_flight() > 0: h.poll(-1)",
                "for i in range(2000):",
                "    b = nbd.Buffer(4096)",
                "    bufs.append(b)",
                "    h.aio_pread(b, i * 4096)",
                "while h.aio_in_flight() > 0: h.poll(-1)",
                "for i in range(2000):",
                "    assert bufs[i].to_bytearray() == bytearray([i % 251] * 4096), i");
        Tool.run("nbdsh", "-u", uri, "-c", script).ok();
    }
}
