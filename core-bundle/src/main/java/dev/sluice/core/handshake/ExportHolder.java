package dev.sluice.core.handshake;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.export.RefusedClientException;
import dev.sluice.core.protocol.OptionReply;

/**
 * The one export that a negotiation has open at most. LIST and SET_META_CONTEXT keep theirs, so that a GO by the same
 * name finds it; INFO gives back what it opened. Whatever is held when the handshake ends without a session is
 * closed.
 */
final class ExportHolder implements AutoCloseable {
    private final ExportDirectory directory;
    private final ClientInfo client;
    private final ExportDirectory.SessionControl session;
    private final boolean tlsOffered;
    private String name;
    private OpenExport export;

    ExportHolder(ExportDirectory directory, ClientInfo client, ExportDirectory.SessionControl session, boolean tlsOffered) {
        this.directory = directory;
        this.client = client;
        this.session = session;
        this.tlsOffered = tlsOffered;
    }

    /** Whether the export of this name, as the client sent it, is open. */
    boolean holds(String wanted) {
        return export != null && name.equals(wanted);
    }

    /**
     * The export of this name, as the client sent it; opened unless it is held, in which case another one is closed
     * first.
     *
     * @throws OptionRefusedException it can't be opened
     */
    OpenExport open(String wanted) throws OptionRefusedException {
        if (!holds(wanted)) {
            close();
            try {
                export = directory.open(wanted, client, session);
                name = wanted;
            } catch (RefusedClientException refused) {
                // On a server without TLS nobody is sent to look for it (NBD specification, "Mode NOTLS").
                throw new OptionRefusedException(refused.isTlsRequired() && tlsOffered ? OptionReply.ERR_TLS_REQD
                        : OptionReply.ERR_POLICY, Texts.of(refused));
            } catch (NbdException refused) {
                throw new OptionRefusedException(
                        refused.error() == NbdError.ESHUTDOWN ? OptionReply.ERR_SHUTDOWN : OptionReply.ERR_UNKNOWN,
                        Texts.of(refused));
            }
        }
        return export;
    }

    /** Gives the export away: whoever calls closes it. */
    OpenExport take() {
        OpenExport taken = export;
        export = null;
        return taken;
    }

    @Override
    public void close() {
        if (export != null) {
            take().close();
        }
    }
}
