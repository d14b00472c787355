package dev.sluice.core.handshake;

import dev.sluice.core.export.OpenExport;
import dev.sluice.core.protocol.ExportNameReply;
import java.io.IOException;
import java.nio.ByteBuffer;

/** EXPORT_NAME: chooses an export; there is no answer for a failure, so the dispatcher closes on a refusal. */
final class ExportNameOption implements OptionHandler {
    @Override
    public Outcome answer(int option, OptionPayload payload, HandshakeState state) throws IOException, OptionRefusedException {
        String name = payload.string(payload.length(), "the export name");
        OpenExport export = state.open(name);
        ByteBuffer reply = ByteBuffer.allocate(ExportNameReply.PADDED_LENGTH);
        ExportNameReply.put(reply, export.info().size(), state.transmissionFlags(name, export), state.padded());
        state.channel().write(reply.flip());
        state.choose(name);
        return Outcome.CHOSEN;
    }
}
