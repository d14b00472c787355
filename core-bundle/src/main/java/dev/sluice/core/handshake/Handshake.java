package dev.sluice.core.handshake;

import dev.sluice.api.ClientInfo;
import dev.sluice.core.export.ExportDirectory;
import dev.sluice.core.export.OpenExport;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.NewstyleGreeting;
import dev.sluice.core.protocol.OldstyleGreeting;
import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.OptionHeader;
import dev.sluice.core.protocol.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The handshake of one connection: greeting, options, and the export that the client chose. Where the specification
 * leaves a choice it does what nbdkit does; {@code docs/protocol-support.md} lists every duty.
 *
 * <p>Blocks the calling thread. Deadlines are the channel's. Memory is bounded by a few buffers, whatever the client
 * sends.
 */
public final class Handshake implements AutoCloseable {
    private static final OptionHandler UNKNOWN = new UnknownOption();
    private static final OptionHandler INFO_GO = new InfoGoOption();
    private static final OptionHandler META_CONTEXT = new MetaContextOption();
    private static final Map<Integer, OptionHandler> HANDLERS = Map.ofEntries(
            Map.entry(OptionCode.EXPORT_NAME, new ExportNameOption()),
            Map.entry(OptionCode.ABORT, new AbortOption()),
            Map.entry(OptionCode.LIST, new ListOption()),
            Map.entry(OptionCode.STARTTLS, new StartTlsOption()),
            Map.entry(OptionCode.INFO, INFO_GO),
            Map.entry(OptionCode.GO, INFO_GO),
            Map.entry(OptionCode.STRUCTURED_REPLY, new StructuredReplyOption()),
            Map.entry(OptionCode.LIST_META_CONTEXT, META_CONTEXT),
            Map.entry(OptionCode.SET_META_CONTEXT, META_CONTEXT),
            Map.entry(OptionCode.EXTENDED_HEADERS, new ExtendedHeadersOption()));

    private final HandshakeState state;
    /** Only while a message is read. */
    private ByteBuffer buffer;
    private boolean flagsTaken;

    private Handshake(HandshakeState state) {
        this.state = state;
    }

    /**
     * Negotiates from the greeting to the choice of an export.
     *
     * @param control given to every export that is opened, so it can be called from then on and while this method
     *     runs; cutting the connection is then the right answer to either call, as nothing was promised yet
     * @param stopping whether the server is going away; asked for every option
     * @return what was agreed on, with the export open, for the caller to close; empty if the client ended the
     *     session as it should
     * @throws HandshakeException the connection must be closed; the message is one line that says why
     * @throws IOException the channel's: the client has gone, the time is over, TLS failed
     */
    public static Optional<NegotiatedSession> run(HandshakeChannel channel, HandshakeOptions options, ExportDirectory directory,
            ClientInfo client, ExportDirectory.SessionControl control, BooleanSupplier stopping) throws IOException {
        try (Handshake handshake = begin(channel, options, directory, client, control, stopping)) {
            Step step = Step.ON;
            while (step == Step.ON) {
                step = handshake.step();
            }
            return handshake.session();
        }
    }

    /** What came of a message. */
    public enum Step {
        /** Another message follows. */
        ON,
        /** An export was chosen. */
        CHOSEN,
        /** The client has ended the session as it should. */
        ENDED
    }

    /**
     * As {@link #run} up to where the client has to say something. There the server can wait without a thread, and go on with
     * {@link #step} when a {@link ClientMessage} is there; at the end it is closed.
     */
    public static Handshake begin(HandshakeChannel channel, HandshakeOptions options, ExportDirectory directory,
            ClientInfo client, ExportDirectory.SessionControl control, BooleanSupplier stopping) throws IOException {
        Handshake handshake = new Handshake(new HandshakeState(channel, options, directory, client, control, stopping));
        if (handshake.isClientsTurn()) {
            handshake.greet();
        }
        return handshake;
    }

    /** Whether the client has to say something before anything else happens. */
    public boolean isClientsTurn() {
        return state.options().style() == HandshakeOptions.Style.NEWSTYLE;
    }

    /**
     * Reads one message of the client and answers it; of an oldstyle handshake, all there is.
     *
     * @throws IOException see {@link #run}
     */
    public Step step() throws IOException {
        if (!isClientsTurn()) {
            oldstyle();
            return Step.CHOSEN;
        }
        buffer = ByteBuffer.allocate(OptionPayload.BUFFER_SIZE);
        try {
            return message();
        } finally {
            buffer = null;
            state.replies().release();
        }
    }

    private Step message() throws IOException {
        if (!flagsTaken) {
            clientFlags();
            flagsTaken = true;
            return Step.ON;
        }
        state.countOption();
        switch (option()) {
            case CHOSEN:
                return Step.CHOSEN;
            case ABORTED:
                return Step.ENDED;
            default:
                break;
        }
        if (!state.mayGoOn()) {
            throw new TooMuchException("the client sent too many options without choosing an export");
        }
        return Step.ON;
    }

    /** What was agreed on, after a step that chose; empty before. Its export is the caller's to close. */
    public Optional<NegotiatedSession> session() {
        return Optional.ofNullable(state.session());
    }

    /** Closes an export that was opened and not chosen. */
    @Override
    public void close() {
        state.close();
    }

    private void oldstyle() throws IOException {
        if (state.options().tls() == HandshakeOptions.Tls.REQUIRE) {
            throw new HandshakeException("TLS is required, which the oldstyle protocol doesn't have");
        }
        if (state.stopping()) {
            throw new HandshakeException("the server is shutting down");
        }
        String name = state.options().oldstyleExport().orElse("");
        OpenExport export;
        try {
            export = state.open(name);
        } catch (OptionRefusedException e) {
            throw new HandshakeException("export " + Texts.quoted(name) + " can't be served to an oldstyle client: " + e.getMessage(), e);
        }
        ByteBuffer greeting = ByteBuffer.allocate(OldstyleGreeting.LENGTH);
        OldstyleGreeting.put(greeting, export.info().size(), state.transmissionFlags(name, export));
        state.channel().write(greeting.flip());
        state.choose(name);
    }

    private void greet() throws IOException {
        ByteBuffer greeting = ByteBuffer.allocate(NewstyleGreeting.LENGTH);
        NewstyleGreeting.put(greeting, state.serverFlags());
        state.channel().write(greeting.flip());
    }

    private void clientFlags() throws IOException {
        read(NewstyleGreeting.CLIENT_FLAGS_LENGTH);
        int flags = buffer.getInt(0);
        if ((flags & ~state.serverFlags()) != 0) {
            throw new HandshakeException(String.format("the client sent flags 0x%x, of which only 0x%x were offered",
                    flags, state.serverFlags()));
        }
        state.clientFlags(flags);
    }

    private OptionHandler.Outcome option() throws IOException {
        read(OptionHeader.LENGTH);
        long magic = OptionHeader.magic(buffer, 0);
        int option = OptionHeader.option(buffer, 0);
        long length = OptionHeader.length(buffer, 0);
        if (magic != Magic.IHAVEOPT) {
            throw new HandshakeException(String.format("the client sent 0x%016x where an option begins with 0x%016x",
                    magic, Magic.IHAVEOPT));
        }
        if (length > Limits.MAX_OPTION) {
            throw new TooMuchException(OptionCode.name(option) + " came with " + length + " bytes, more than the "
                    + Limits.MAX_OPTION + " that are read");
        }
        OptionPayload payload = new OptionPayload(state.channel(), buffer, length);
        OptionHandler.Outcome outcome = OptionHandler.Outcome.NEXT;
        try {
            admit(option);
            outcome = HANDLERS.getOrDefault(option, UNKNOWN).answer(option, payload, state);
            if (outcome == OptionHandler.Outcome.NEXT) {
                payload.skip();
            }
        } catch (OptionRefusedException refused) {
            if (option == OptionCode.EXPORT_NAME) {
                throw new HandshakeException("EXPORT_NAME has no answer for a failure: " + refused.getMessage(), refused);
            }
            payload.skip();
            state.replies().error(option, refused.type(), refused.getMessage());
        }
        if (outcome != OptionHandler.Outcome.ABORTED) {
            state.replies().flush();
        }
        return outcome;
    }

    /** What holds for every option alike. TLS comes before shutdown, because only its rule is a hard one. */
    private void admit(int option) throws OptionRefusedException {
        if (!state.fixed() && option != OptionCode.EXPORT_NAME) {
            throw OptionRefusedException.invalid("without fixed newstyle there is no option but EXPORT_NAME");
        }
        if (option == OptionCode.ABORT) {
            return;
        }
        if (state.options().tls() == HandshakeOptions.Tls.REQUIRE && !state.tls() && option != OptionCode.STARTTLS) {
            throw new OptionRefusedException(OptionReply.ERR_TLS_REQD, "this server requires TLS: send STARTTLS first");
        }
        if (state.stopping()) {
            throw new OptionRefusedException(OptionReply.ERR_SHUTDOWN, "the server is shutting down");
        }
    }

    /** Fills the start of the buffer. */
    private void read(int bytes) throws IOException {
        buffer.clear().limit(bytes);
        state.channel().readFully(buffer);
        buffer.clear();
    }
}
