package dev.sluice.core.handshake;

import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.OptionReply;
import dev.sluice.core.protocol.WireString;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** LIST: the exports, once per connection as in nbdkit (once more after STARTTLS). */
final class ListOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        payload.mustBeEmpty("LIST");
        if (state.listed()) {
            throw OptionRefusedException.invalid("the exports were listed already");
        }
        List<ExportInfo> exports = exports(state);
        for (ExportInfo export : exports) {
            reply(option, export, state);
        }
        state.replies().ack(option);
        state.listed(exports.size());
        return Outcome.NEXT;
    }

    private static List<ExportInfo> exports(HandshakeState state) throws OptionRefusedException {
        List<ExportInfo> exports;
        try {
            exports = state.directory().list(state.client());
        } catch (NbdException e) {
            throw new OptionRefusedException(e.error() == NbdError.ESHUTDOWN ? OptionReply.ERR_SHUTDOWN : OptionReply.ERR_PLATFORM,
                    Texts.of(e));
        } catch (IOException e) {
            throw new OptionRefusedException(OptionReply.ERR_PLATFORM, Texts.of(e));
        }
        if (exports.size() > Limits.MAX_EXPORTS) {
            throw new OptionRefusedException(OptionReply.ERR_TOO_BIG,
                    "there are " + exports.size() + " exports, more than the " + Limits.MAX_EXPORTS + " that can be listed");
        }
        return exports;
    }

    private static void reply(int option, ExportInfo export, HandshakeState state) throws IOException {
        Optional<byte[]> encoded = WireString.encode(export.name());
        if (encoded.isEmpty()) {
            state.directory().complain("export " + Texts.quoted(export.name())
                    + " is left out of a list: its name is longer than 4096 bytes, has a NUL or is not Unicode");
            return;
        }
        byte[] name = encoded.get();
        byte[] description = WireString.encode(export.description()).orElseGet(() -> {
            state.directory().complain("export " + Texts.quoted(export.name())
                    + " is listed without its description, which is longer than 4096 bytes, has a NUL or is not Unicode");
            return new byte[0];
        });
        state.replies().begin(option, OptionReply.SERVER, 4 + name.length + description.length)
                .putInt(name.length).put(name).put(description);
    }
}
