package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.util.List;

/** The exports as one client can see them. Safe for use by several threads. */
public interface ExportDirectory {
    /**
     * What to answer to NBD_OPT_LIST.
     *
     * @throws IOException the list could not be made
     */
    List<ExportInfo> list(ClientInfo client) throws IOException;

    /**
     * Opens an export for a client. Waits up to 5 s while the export is held by a swap.
     *
     * @param name as the client sent it; empty for the default export
     * @param session called when the export ends while it is open
     * @throws NbdException there is no such export ({@code EINVAL}), it is going away ({@code ESHUTDOWN}), or its
     *     layers refuse; the message says which and why
     */
    OpenExport open(String name, ClientInfo client, SessionControl session) throws NbdException;

    /** How an export reaches a connection that uses it. Methods return at once. */
    interface SessionControl {
        /** Answer new requests with ESHUTDOWN, then close when the client leaves or after the grace time. */
        void disconnectSoft(String why);

        /** Close now. */
        void disconnectHard(String why);
    }
}
