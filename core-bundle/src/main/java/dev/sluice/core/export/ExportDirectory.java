package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The exports as one client can see them. Safe for use by several threads. */
public interface ExportDirectory {
    /**
     * Asks the layers whether this client may come, before a byte is sent to it; where it is not known yet which export it will
     * want, they are asked when it says so.
     *
     * @throws NbdException it may not: the connection is closed without a word
     */
    default void admit(ClientInfo client) throws NbdException {
        // everybody may
    }

    /** Whether clients are served one after the other: the next is greeted when the one before has gone. */
    default boolean oneAtATime() {
        return false;
    }

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
     * @throws RefusedClientException it is not for this client
     * @throws NbdException there is no such export ({@code EINVAL}), it is going away ({@code ESHUTDOWN}), or its
     *     layers refuse; the message says which and why
     */
    OpenExport open(String name, ClientInfo client, SessionControl session) throws NbdException;

    /**
     * Tells whoever runs the server, in one line, what is wrong with an export; any client can make that happen as often as it
     * likes.
     */
    default void complain(String what) {
        // nobody listens
    }

    /** How an export reaches a connection that uses it. Methods return at once. */
    interface SessionControl {
        /** Answer new requests with ESHUTDOWN, then close when the client leaves or after the grace time. */
        void disconnectSoft(String why);

        /** Close now. */
        void disconnectHard(String why);

        /**
         * Close as soon as every finished reply has left, at the latest after this time; blocks until then. Called when
         * no call of the connection is inside the layers any more.
         */
        default void disconnectQuiet(String why, Duration atMost) {
            disconnectHard(why);
        }
    }
}
