package dev.sluice.core.handshake;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.protocol.InfoType;
import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.OptionReply;
import dev.sluice.core.protocol.WireString;
import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;

/**
 * INFO and GO: the same answers; GO chooses the export too.
 *
 * <pre>
 *  0             4      4+n                 6+n
 *  | name length | name | number of requests | requests, 2 bytes each |
 * </pre>
 */
final class InfoGoOption implements OptionHandler {
    /** What a client may assume that asked for no sizes (NBD specification, "Size constraints"). */
    private static final long DEFAULT_MAXIMUM = 32L << 20;

    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        String name = payload.string(payload.u32("the length of the export name"), "the export name");
        BitSet asked = requests(payload);
        boolean held = state.exports().holds(name);
        try {
            OpenExport export = state.open(name);
            checkBlockSizes(asked, export, state);
            inform(option, name, asked, export, state);
            if (option == OptionCode.GO) {
                // The session begins when the client can know: a failing write leaves the export to be closed.
                state.replies().flush();
                state.choose(name);
                return Outcome.CHOSEN;
            }
        } finally {
            if (!held) {
                state.exports().close();
            }
        }
        return Outcome.NEXT;
    }

    private static BitSet requests(OptionPayload payload) throws IOException, OptionRefusedException {
        int count = payload.u16("the number of information requests");
        if (payload.remaining() != 2L * count) {
            throw OptionRefusedException.invalid(count + " information requests take " + 2L * count + " bytes, but "
                    + payload.remaining() + " are left of the option");
        }
        BitSet asked = new BitSet();
        for (int i = 0; i < count; i++) {
            int type = payload.u16("an information request");
            if (type <= InfoType.BLOCK_SIZE) {
                asked.set(type);
            }
        }
        return asked;
    }

    private static void checkBlockSizes(BitSet asked, OpenExport export, HandshakeState state) throws OptionRefusedException {
        BlockSizes sizes = export.info().blockSizes();
        if (state.options().requireBlockSize() && !asked.get(InfoType.BLOCK_SIZE) && !sizes.isNone()
                && (sizes.minimum() > 1 || sizes.maximum() < DEFAULT_MAXIMUM)) {
            throw new OptionRefusedException(OptionReply.ERR_BLOCK_SIZE_REQD,
                    "this export takes requests of " + sizes.minimum() + " to " + sizes.maximum() + " bytes: ask for block sizes");
        }
    }

    private static void inform(int option, String name, BitSet asked, OpenExport export, HandshakeState state) throws IOException {
        OptionReplies replies = state.replies();
        replies.begin(option, OptionReply.INFO, InfoType.EXPORT_LENGTH)
                .putShort((short) InfoType.EXPORT)
                .putLong(export.info().size())
                .putShort((short) state.transmissionFlags(name, export));
        if (asked.get(InfoType.NAME)) {
            text(option, InfoType.NAME, WireString.encode(export.name()), replies);
        }
        if (asked.get(InfoType.DESCRIPTION)) {
            text(option, InfoType.DESCRIPTION, description(export, state.directory()), replies);
        }
        BlockSizes sizes = export.info().blockSizes();
        if (asked.get(InfoType.BLOCK_SIZE) && !sizes.isNone()) {
            replies.begin(option, OptionReply.INFO, InfoType.BLOCK_SIZE_LENGTH)
                    .putShort((short) InfoType.BLOCK_SIZE)
                    .putInt(sizes.minimum()).putInt(sizes.preferred()).putInt((int) sizes.maximum());
        }
        replies.ack(option);
    }

    private static void text(int option, int type, Optional<byte[]> text, OptionReplies replies) throws IOException {
        if (text.isPresent()) {
            replies.begin(option, OptionReply.INFO, 2 + text.get().length).putShort((short) type).put(text.get());
        }
    }

    private static Optional<byte[]> description(OpenExport export, ExportDirectory directory) {
        String description;
        try {
            description = export.description();
        } catch (NbdException e) {
            // A description is for people; an export that can't describe itself can still be used, as in nbdkit.
            directory.complain("export " + Texts.quoted(export.name()) + " has no description: " + Texts.of(e));
            return Optional.empty();
        }
        Optional<byte[]> encoded = WireString.encode(description);
        if (encoded.isEmpty()) {
            directory.complain("export " + Texts.quoted(export.name())
                    + " is served without its description, which is longer than 4096 bytes, has a NUL or is not Unicode");
        }
        return encoded.filter(d -> d.length > 0);
    }
}
