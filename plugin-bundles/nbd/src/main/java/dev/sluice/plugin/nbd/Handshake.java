package dev.sluice.plugin.nbd;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The client's side of the handshake, on a fresh connection. Every answer that breaks the protocol is an error that says so. */
final class Handshake {
    private static final String CONTEXT = "base:allocation";
    private static final int MAX_REPLY = 1 << 16;
    private static final int MAX_REPLIES = 1000;
    private static final int MAX_EXPORTS = 10_000;

    private final Wire wire;
    private final Waiting waiting;
    private boolean fixed;
    private boolean noZeroes;
    /** Set by a server of the old style, which has no options. */
    private Facts oldstyle;

    Handshake(Wire wire, Waiting waiting) {
        this.wire = wire;
        this.waiting = waiting;
    }

    private record Reply(int type, ByteBuffer payload) {
        boolean isError() {
            return (type & Proto.REP_ERROR) != 0;
        }
    }

    /** The greeting; must come first. */
    void greet() throws IOException {
        ByteBuffer b = wire.receive(16, waiting);
        if (b.getLong() != Proto.MAGIC) {
            throw broken("this is no NBD server");
        }
        long style = b.getLong();
        if (style == Proto.OLDSTYLE_MAGIC) {
            ByteBuffer rest = wire.receive(12, waiting);
            long size = rest.getLong();
            int flags = rest.getInt() & 0xffff;
            wire.skip(Proto.ZEROES_SIZE, waiting);
            oldstyle = facts(size, flags, BlockSizes.NONE, false, -1, "", "");
            return;
        }
        if (style != Proto.OPTION_MAGIC) {
            throw broken("its greeting is neither the old nor the new style");
        }
        int flags = wire.receive(2, waiting).getShort();
        fixed = (flags & Proto.FIXED_NEWSTYLE) != 0;
        noZeroes = (flags & Proto.NO_ZEROES) != 0;
        ByteBuffer answer = ByteBuffer.allocate(4).putInt(flags & (Proto.FIXED_NEWSTYLE | Proto.NO_ZEROES));
        wire.sendAll(answer.flip(), waiting);
    }

    /** Chooses the export; afterwards requests can be sent. */
    Facts enter(String export) throws IOException {
        if (oldstyle != null) {
            if (!export.isEmpty()) {
                throw new NbdException(NbdError.EINVAL,
                        "the server is of the old style, which has no export names, but '" + export + "' is wanted");
            }
            return oldstyle;
        }
        if (!fixed) {
            return exportName(export);
        }
        option(Proto.OPT_STRUCTURED_REPLY, ByteBuffer.allocate(0));
        boolean structured = reply(Proto.OPT_STRUCTURED_REPLY).type == Proto.REP_ACK;
        int context = structured ? metaContext(export) : -1;
        Facts facts = info(Proto.OPT_GO, export, structured, context);
        return facts != null ? facts : exportName(export);
    }

    /** Asks about an export without entering it. */
    Facts ask(String export) throws IOException {
        if (oldstyle != null) {
            return oldstyle;
        }
        Facts facts = fixed ? info(Proto.OPT_INFO, export, false, -1) : null;
        if (facts == null) {
            throw new NbdException(NbdError.ENOTSUP, "the server can't be asked about exports");
        }
        return facts;
    }

    /** All exports. */
    List<ExportInfo> list() throws IOException {
        if (oldstyle != null || !fixed) {
            throw new NbdException(NbdError.ENOTSUP, "the server can't list its exports");
        }
        List<ExportInfo> exports = new ArrayList<>();
        option(Proto.OPT_LIST, ByteBuffer.allocate(0));
        while (true) {
            Reply r = reply(Proto.OPT_LIST);
            if (r.type == Proto.REP_ACK) {
                return exports;
            }
            if (r.isError()) {
                throw refused(r, "");
            }
            if (r.type != Proto.REP_SERVER || r.payload.remaining() < 4) {
                throw broken("it answers a list with a reply of type " + r.type + " and " + r.payload.remaining() + " bytes");
            }
            if (exports.size() == MAX_EXPORTS) {
                throw broken("it lists more than " + MAX_EXPORTS + " exports");
            }
            String name = string(r.payload, r.payload.getInt());
            exports.add(new ExportInfo(name, string(r.payload, r.payload.remaining())));
        }
    }

    /** A polite end without requests. */
    void abort() throws IOException {
        if (oldstyle == null && fixed) {
            option(Proto.OPT_ABORT, ByteBuffer.allocate(0));
        }
    }

    private Facts exportName(String export) throws IOException {
        option(Proto.OPT_EXPORT_NAME, ByteBuffer.wrap(export.getBytes(StandardCharsets.UTF_8)));
        ByteBuffer b;
        try {
            b = wire.receive(10, waiting);
        } catch (NbdException e) {
            throw e;
        } catch (IOException e) {
            throw new NbdException(NbdError.EIO, "the server does not give the export '" + export + "': " + e.getMessage(), e);
        }
        long size = b.getLong();
        int flags = b.getShort() & 0xffff;
        if (!noZeroes) {
            wire.skip(Proto.ZEROES_SIZE, waiting);
        }
        return facts(size, flags, BlockSizes.NONE, false, -1, export, "");
    }

    private int metaContext(String export) throws IOException {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        byte[] query = CONTEXT.getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(12 + name.length + query.length);
        payload.putInt(name.length).put(name).putInt(1).putInt(query.length).put(query).flip();
        option(Proto.OPT_SET_META_CONTEXT, payload);
        int id = -1;
        for (int i = 0; i < MAX_REPLIES; i++) {
            Reply r = reply(Proto.OPT_SET_META_CONTEXT);
            if (r.type == Proto.REP_ACK) {
                return id;
            }
            if (r.isError()) {
                return -1;
            }
            if (r.type != Proto.REP_META_CONTEXT || r.payload.remaining() < 4) {
                throw broken("it answers a choice of contexts with a reply of type " + r.type);
            }
            int given = r.payload.getInt();
            if (string(r.payload, r.payload.remaining()).equals(CONTEXT)) {
                // as a number without sign it may be large; only equality matters, but -1 means none
                id = given & Integer.MAX_VALUE;
            }
        }
        throw broken("its choice of contexts does not end");
    }

    /** Null if the server does not know the option. */
    private Facts info(int option, String export, boolean structured, int context) throws IOException {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(12 + name.length).putInt(name.length).put(name);
        payload.putShort((short) 3).putShort((short) Proto.INFO_NAME).putShort((short) Proto.INFO_DESCRIPTION)
                .putShort((short) Proto.INFO_BLOCK_SIZE);
        option(option, payload.flip());
        long size = -1;
        int flags = 0;
        boolean known = false;
        BlockSizes blocks = BlockSizes.NONE;
        String shown = export;
        String description = "";
        for (int i = 0; i < MAX_REPLIES; i++) {
            Reply r = reply(option);
            if (r.type == Proto.REP_ERR_UNSUP) {
                return null;
            }
            if (r.isError()) {
                throw refused(r, export);
            }
            if (r.type == Proto.REP_ACK) {
                if (!known) {
                    throw broken("it does not say how large the export is");
                }
                return facts(size, flags, blocks, structured, context, shown, description);
            }
            if (r.type != Proto.REP_INFO || r.payload.remaining() < 2) {
                throw broken("it answers a question about an export with a reply of type " + r.type);
            }
            int type = r.payload.getShort() & 0xffff;
            if (type == Proto.INFO_EXPORT && r.payload.remaining() == 10) {
                size = r.payload.getLong();
                flags = r.payload.getShort() & 0xffff;
                known = true;
            } else if (type == Proto.INFO_BLOCK_SIZE && r.payload.remaining() == 12) {
                blocks = blocks(r.payload);
            } else if (type == Proto.INFO_NAME) {
                shown = string(r.payload, r.payload.remaining());
            } else if (type == Proto.INFO_DESCRIPTION) {
                description = string(r.payload, r.payload.remaining());
            } else if (type == Proto.INFO_EXPORT || type == Proto.INFO_BLOCK_SIZE) {
                throw broken("its information of type " + type + " has " + (r.payload.remaining() + 2) + " bytes");
            }
        }
        throw broken("its information about an export does not end");
    }

    private static BlockSizes blocks(ByteBuffer payload) throws NbdException {
        int minimum = payload.getInt();
        int preferred = payload.getInt();
        long maximum = Integer.toUnsignedLong(payload.getInt());
        try {
            return new BlockSizes(minimum, preferred, maximum);
        } catch (IllegalArgumentException e) {
            throw broken(e.getMessage());
        }
    }

    private static Facts facts(long size, int flags, BlockSizes blocks, boolean structured, int context, String name, String description)
            throws NbdException {
        if (size < 0) {
            throw broken("its export has " + Long.toUnsignedString(size) + " bytes; at most " + Long.MAX_VALUE + " are possible");
        }
        return new Facts(size, flags, blocks, structured, context, name, description);
    }

    private void option(int code, ByteBuffer payload) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(16 + payload.remaining());
        b.putLong(Proto.OPTION_MAGIC).putInt(code).putInt(payload.remaining()).put(payload).flip();
        wire.sendAll(b, waiting);
    }

    private Reply reply(int option) throws IOException {
        ByteBuffer b = wire.receive(20, waiting);
        long magic = b.getLong();
        int answered = b.getInt();
        int type = b.getInt();
        int length = b.getInt();
        if (magic != Proto.REPLY_MAGIC) {
            throw broken("a reply in the handshake begins with 0x" + Long.toHexString(magic));
        }
        if (answered != option) {
            throw broken("it answers option " + answered + " where " + option + " was sent");
        }
        if (length < 0 || length > MAX_REPLY) {
            throw broken("a reply in the handshake has " + Integer.toUnsignedString(length) + " bytes");
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        wire.receive(payload, waiting);
        return new Reply(type, payload.flip());
    }

    private static NbdException refused(Reply r, String export) {
        String text = new String(r.payload.array(), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ").strip();
        String why = switch (r.type - Proto.REP_ERROR) {
            case 1 -> "it does not support that";
            case 2 -> "its policy forbids it";
            case 3 -> "it finds the question invalid";
            case 4 -> "its platform does not support that";
            case 5 -> "it wants TLS, which is not supported here";
            case 6 -> "it has no such export";
            case 7 -> "it is shutting down";
            case 8 -> "it wants its block sizes to be known";
            default -> "error " + (r.type - Proto.REP_ERROR);
        };
        return new NbdException(NbdError.EIO, "the server refuses export '" + export + "': " + why
                + (text.isEmpty() ? "" : " (" + text + ")"));
    }

    private static NbdException broken(String what) {
        return new NbdException(NbdError.EIO, "the server breaks the protocol: " + what);
    }

    private static String string(ByteBuffer from, int length) throws NbdException {
        if (length < 0 || length > from.remaining() || length > Proto.MAX_STRING) {
            throw broken("a text of " + Integer.toUnsignedString(length) + " bytes in the handshake");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
