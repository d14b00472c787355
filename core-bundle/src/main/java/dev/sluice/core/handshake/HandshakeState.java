package dev.sluice.core.handshake;

import dev.sluice.api.ClientInfo;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.handshake.NegotiatedSession.Selected;
import dev.sluice.core.protocol.HandshakeFlag;
import dev.sluice.core.protocol.OptionReply;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * All that changes during one negotiation, and what it works with. Used by the one thread that negotiates. Closing it
 * closes the export that was not handed out.
 */
final class HandshakeState implements AutoCloseable {
    private final HandshakeChannel channel;
    private final HandshakeOptions options;
    private final ExportDirectory directory;
    private final ClientInfo client;
    private final BooleanSupplier stopping;
    private final OptionReplies replies;
    private final ExportHolder exports;

    private int clientFlags;
    private long optionsLeft;
    private boolean tls;
    private boolean structured;
    private boolean extended;
    private boolean listed;
    private ContextSelection contexts = ContextSelection.NONE;
    private NegotiatedSession session;

    HandshakeState(HandshakeChannel channel, HandshakeOptions options, ExportDirectory directory, ClientInfo client,
            ExportDirectory.SessionControl control, BooleanSupplier stopping) {
        this.channel = channel;
        this.options = options;
        this.directory = directory;
        this.client = client;
        this.stopping = stopping;
        this.replies = new OptionReplies(channel);
        this.exports = new ExportHolder(directory, client, control, options.tls() != HandshakeOptions.Tls.OFF);
        this.optionsLeft = options.maxOptions();
    }

    HandshakeChannel channel() {
        return channel;
    }

    HandshakeOptions options() {
        return options;
    }

    ExportDirectory directory() {
        return directory;
    }

    ClientInfo client() {
        return client;
    }

    OptionReplies replies() {
        return replies;
    }

    ExportHolder exports() {
        return exports;
    }

    /** Whether the server is going away. */
    boolean stopping() {
        return stopping.getAsBoolean();
    }

    /** Handshake flags that the server offers. */
    int serverFlags() {
        return options.handshakeFlags() & HandshakeFlag.ALL;
    }

    void clientFlags(int flags) {
        clientFlags = flags;
    }

    /** Whether both sides said fixed newstyle. */
    boolean fixed() {
        return (clientFlags & HandshakeFlag.FIXED_NEWSTYLE) != 0;
    }

    /** Whether the answer to EXPORT_NAME ends in zeroes. */
    boolean padded() {
        return (clientFlags & HandshakeFlag.NO_ZEROES) == 0;
    }

    /** One more option has come. */
    void countOption() {
        optionsLeft--;
    }

    /** False if the client has had its share of options. */
    boolean mayGoOn() {
        return optionsLeft > 0;
    }

    /** After a list the client may ask about each export in it. */
    void listed(int exportsListed) {
        listed = true;
        optionsLeft += (long) exportsListed * options.maxOptions();
    }

    boolean listed() {
        return listed;
    }

    boolean tls() {
        return tls;
    }

    /**
     * From now on everything is encrypted. What was said before could have been put there by anybody, so all of it
     * is forgotten (NBD specification, "Downgrade attacks"; CVE-2021-3716 is of this kind).
     */
    void tlsStarted() {
        tls = true;
        structured = false;
        extended = false;
        listed = false;
        contexts = ContextSelection.NONE;
        exports.close();
    }

    /** Whether structured replies or extended headers are on. */
    boolean structured() {
        return structured || extended;
    }

    void structuredOn() {
        structured = true;
    }

    boolean extended() {
        return extended;
    }

    void extendedOn() {
        extended = true;
    }

    void contexts(ContextSelection selection) {
        contexts = selection;
    }

    /** Contexts selected for this name, as the client sent it. */
    List<Selected> contextsOn(String exportName) {
        return contexts.on(exportName);
    }

    /** The flags to send for an export of this name, as the client sent it. */
    int transmissionFlags(String exportName, OpenExport export) {
        return TransmissionFlags.of(export.info(), structured(), extended, !contextsOn(exportName).isEmpty());
    }

    /**
     * Opens the export to be chosen or asked about, and checks that it has all contexts that were selected for it.
     *
     * @throws OptionRefusedException it can't be opened, or a swap has taken a selected context away
     */
    OpenExport open(String exportName) throws OptionRefusedException {
        OpenExport export = exports.open(exportName);
        List<Selected> selected = contextsOn(exportName);
        if (!selected.isEmpty()) {
            var available = AvailableContexts.of(export, directory);
            for (Selected s : selected) {
                if (!available.contains(s.context())) {
                    exports.close();
                    throw new OptionRefusedException(OptionReply.ERR_UNKNOWN, "export " + Texts.quoted(exportName)
                            + " no longer has the metadata context " + Texts.quoted(s.context().name()) + "; select again");
                }
            }
        }
        return export;
    }

    /** The client knows that this export is chosen: makes the session, which owns the export from now on. */
    void choose(String exportName) {
        OpenExport export = exports.take();
        session = new NegotiatedSession(export, transmissionFlags(exportName, export), structured(), extended,
                contextsOn(exportName));
    }

    /** What was agreed on; null before an export is chosen. */
    NegotiatedSession session() {
        return session;
    }

    @Override
    public void close() {
        exports.close();
    }
}
