package dev.sluice.itests.interop;

import dev.sluice.itests.harness.ExportFacts;
import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Result;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/** A fixed list of requests to a server, and one line for each answer: what Sluice and nbdkit are compared by. */
final class Conversation {
    private static final int[] FLAGS = {Wire.READ_ONLY, Wire.SEND_FLUSH, Wire.SEND_FUA, Wire.ROTATIONAL, Wire.SEND_TRIM,
        Wire.SEND_WRITE_ZEROES, Wire.SEND_DF, Wire.CAN_MULTI_CONN, Wire.SEND_CACHE, Wire.SEND_FAST_ZERO};
    private static final String[] FLAG_NAMES = {"read-only", "flush", "FUA", "rotational", "trim", "write zeroes", "DF", "multi-conn",
        "cache", "fast zero"};

    private final List<String> lines = new ArrayList<>();
    private final SocketAddress address;
    private final String export;
    private final int unit;
    private final int without;
    private Session session;
    private boolean hasExtents;

    private Conversation(SocketAddress address, Row row) {
        this.address = address;
        this.export = row.export();
        this.unit = row.unit();
        this.without = row.without();
    }

    /** Talks, and returns what came. */
    static List<String> with(SocketAddress address, Row row) throws IOException {
        Conversation c = new Conversation(address, row);
        c.list();
        try (RawNbdClient client = RawNbdClient.greeted(address)) {
            client.structured();
            List<OptionReply> contexts = client.ask(Wire.OPT_SET_META_CONTEXT, RawNbdClient.metaPayload(c.export, "base:allocation"));
            int[] ids = contexts.stream().filter(r -> r.type() == Wire.REP_META_CONTEXT).mapToInt(r -> r.buffer().getInt()).toArray();
            c.say("base:allocation: " + (ids.length == 1 ? "offered" : "not offered"));
            c.hasExtents = ids.length == 1 && (c.without & Row.EXTENTS) == 0;
            List<OptionReply> go = client.ask(Wire.OPT_GO, RawNbdClient.goPayload(c.export, Wire.INFO_NAME, Wire.INFO_DESCRIPTION,
                    Wire.INFO_BLOCK_SIZE));
            if (go.get(go.size() - 1).isError()) {
                c.say("GO: refused");
                return c.lines;
            }
            c.session = client.session(ExportFacts.of(go)).contexts(ids);
            c.facts();
            c.requests();
            c.session.disconnect();
        }
        return c.lines;
    }

    private void say(String line) {
        lines.add(line);
    }

    /** The export list is asked for by a client of its own, because a refusal may end the connection. */
    private void list() throws IOException {
        try (RawNbdClient client = RawNbdClient.greeted(address)) {
            List<OptionReply> all = client.ask(Wire.OPT_LIST);
            say("list: " + (all.get(all.size() - 1).isError() ? "refused" : all.stream().filter(r -> r.type() == Wire.REP_SERVER)
                    .map(r -> "'" + r.serverName() + "'").collect(Collectors.joining(" "))));
        }
    }

    private void facts() {
        ExportFacts facts = session.facts();
        say("size: " + facts.size());
        for (int i = 0; i < FLAGS.length; i++) {
            say(FLAG_NAMES[i] + ": " + facts.has(FLAGS[i]));
        }
        say("name: " + facts.name());
        say("description: " + facts.description());
        say("block sizes: " + (facts.blockSizes() == null ? "none" : Arrays.toString(facts.blockSizes())));
    }

    private void requests() throws IOException {
        long size = session.size();
        int piece = (int) Math.min(unit, size);
        reads(size, piece);
        writes(size, piece);
        zeroes(size, piece);
        hints(size, piece);
        reads(size, piece);
        if (has(Wire.SEND_FLUSH)) {
            ask("flush", 0, Wire.FLUSH, 0, 0);
        }
        extents(size);
    }

    private boolean has(int flag) {
        return session.facts().has(flag) && (without & flag) == 0;
    }

    private void reads(long size, int piece) throws IOException {
        ask("read the first bytes", 0, Wire.READ, 0, piece);
        ask("read, not aligned", 0, Wire.READ, 1, Math.max(1, Math.min(size - 1, 1000)));
        ask("read the end", 0, Wire.READ, size - piece, piece);
        ask("read beyond the end", 0, Wire.READ, size - piece + 1, piece);
        ask("read behind the end", 0, Wire.READ, size + 4096, 512);
        ask("read nothing", 0, Wire.READ, 0, 0);
        long most = Math.min(size, 2L * Wire.MIB);
        ask("read much", 0, Wire.READ, 0, most);
        ask("read with DF", Wire.DF, Wire.READ, Math.min(unit, size - piece), piece);
    }

    private void writes(long size, int piece) throws IOException {
        write("write", 0, Math.min(8L * unit, size - piece), piece, 11);
        write("write, not aligned", 0, Math.min(12L * unit + 3, size - piece), Math.max(1, piece - 7), 12);
        write("write the end", 0, size - piece, piece, 13);
        write("write beyond the end", 0, size - piece + 1, piece, 14);
        write("write behind the end", 0, size + 4096, 512, 15);
        write("write with FUA", Wire.FUA, Math.min(16L * unit, size - piece), piece, 16);
        write("write the same", 0, 0, 0, 17);
        Result first = session.read(0, piece);
        if (first.error() == 0 && piece > 0) {
            say("write what is there: " + said(session.result(session.sendWrite(0, 0, first.data().clone()))));
        }
        ask("read what was written", 0, Wire.READ, 0, Math.min(size, 32L * unit));
    }

    private void zeroes(long size, int piece) throws IOException {
        if (!has(Wire.SEND_WRITE_ZEROES)) {
            return;
        }
        long at = Math.min(8L * unit, size - piece);
        ask("zero", 0, Wire.WRITE_ZEROES, at, piece);
        ask("zero, no hole", Wire.NO_HOLE, Wire.WRITE_ZEROES, Math.min(20L * unit, size - piece), piece);
        ask("zero with FUA", Wire.FUA, Wire.WRITE_ZEROES, Math.min(24L * unit, size - piece), piece);
        ask("zero, not aligned", 0, Wire.WRITE_ZEROES, Math.min(12L * unit + 5, size - piece), Math.max(1, piece - 9));
        ask("zero beyond the end", 0, Wire.WRITE_ZEROES, size - piece + 1, piece);
        ask("zero behind the end", 0, Wire.WRITE_ZEROES, size + 4096, 512);
        if (has(Wire.SEND_FAST_ZERO)) {
            ask("fast zero", Wire.FAST_ZERO, Wire.WRITE_ZEROES, Math.min(28L * unit, size - piece), piece);
            ask("fast zero, no hole, FUA", Wire.FAST_ZERO | Wire.NO_HOLE | Wire.FUA, Wire.WRITE_ZEROES, at, piece);
        }
        // so that both have the same bytes, whatever either thinks to be fast
        ask("zero again", 0, Wire.WRITE_ZEROES, Math.min(28L * unit, size - piece), piece);
        ask("zero where it was", 0, Wire.WRITE_ZEROES, at, piece);
        ask("read what was zeroed", 0, Wire.READ, 0, Math.min(size, 32L * unit));
    }

    private void hints(long size, int piece) throws IOException {
        if (has(Wire.SEND_TRIM)) {
            ask("trim", 0, Wire.TRIM, Math.min(16L * unit, size - piece), piece);
            ask("trim with FUA", Wire.FUA, Wire.TRIM, Math.min(40L * unit, size - piece), piece);
            ask("trim beyond the end", 0, Wire.TRIM, size - piece + 1, piece);
            ask("trim behind the end", 0, Wire.TRIM, size + 4096, 512);
        }
        if (has(Wire.SEND_WRITE_ZEROES)) {
            // what was trimmed may read as anything
            ask("zero where it may be trimmed", 0, Wire.WRITE_ZEROES, Math.min(16L * unit, size - piece), piece);
            ask("zero where it may be trimmed, too", 0, Wire.WRITE_ZEROES, Math.min(40L * unit, size - piece), piece);
        }
        if (has(Wire.SEND_CACHE)) {
            ask("cache", 0, Wire.CACHE, 0, piece);
            ask("cache, not aligned", 0, Wire.CACHE, Math.min(1, size - 1), Math.max(1, piece - 1));
            ask("cache beyond the end", 0, Wire.CACHE, size - piece + 1, piece);
        }
    }

    private void extents(long size) throws IOException {
        if (!hasExtents) {
            return;
        }
        ask("status", 0, Wire.BLOCK_STATUS, 0, Math.min(size, Wire.GIB));
        ask("status of one", Wire.REQ_ONE, Wire.BLOCK_STATUS, 0, Math.min(size, Wire.GIB));
        ask("status from the middle", 0, Wire.BLOCK_STATUS, size / 2 / unit * unit, Math.min(size - size / 2 / unit * unit, Wire.GIB));
        ask("status beyond the end", 0, Wire.BLOCK_STATUS, Math.max(0, size - unit), unit + 1);
        ask("status of nothing", 0, Wire.BLOCK_STATUS, 0, 0);
    }

    private void write(String what, int flags, long offset, int length, int seed) throws IOException {
        int offered = has(Wire.SEND_FUA) ? flags : flags & ~Wire.FUA;
        byte[] data = Pattern.bytes(seed, 0, length);
        say(what + ": " + said(session.result(session.sendWrite(offered, offset, data))));
    }

    private void ask(String what, int flags, int type, long offset, long length) throws IOException {
        int offered = has(Wire.SEND_FUA) ? flags : flags & ~Wire.FUA;
        if ((flags & Wire.DF) != 0 && !has(Wire.SEND_DF)) {
            return;
        }
        Result result = session.ask(offered, type, offset, length);
        String more = "";
        if (result.error() == 0 && type == Wire.READ) {
            CRC32 crc = new CRC32();
            crc.update(result.data());
            more = " " + length + " bytes " + Long.toHexString(crc.getValue());
        } else if (result.error() == 0 && type == Wire.BLOCK_STATUS) {
            more = " " + result.extents(session.contextId()).stream().map(e -> e.length() + "/" + e.status())
                    .collect(Collectors.joining(" "));
        }
        say(what + ": " + said(result) + more);
    }

    private static String said(Result result) {
        return result.error() == 0 ? "ok" : "error " + result.error();
    }
}
