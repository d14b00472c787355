package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.contract.TestClient;
import dev.sluice.core.export.NoControl;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.OptionCode;
import dev.sluice.core.protocol.OptionReply;
import dev.sluice.core.protocol.OptionReplyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Runs a handshake against a scripted client and holds what came out. */
final class Negotiation {
    private static final int GREETING = 18;

    final FakeDirectory exports;
    private final List<Answer> answers = new ArrayList<>();
    private HandshakeOptions options = HandshakeOptions.DEFAULT;
    private BooleanSupplier stopping = () -> false;
    private ScriptedChannel channel;
    private Optional<NegotiatedSession> result = Optional.empty();
    private IOException failure;
    private byte[] rest = new byte[0];

    Negotiation() {
        this(new FakeDirectory());
    }

    Negotiation(FakeDirectory exports) {
        this.exports = exports;
    }

    Negotiation with(HandshakeOptions value) {
        options = value;
        return this;
    }

    Negotiation stopping(BooleanSupplier value) {
        stopping = value;
        return this;
    }

    Negotiation run(ClientScript script) {
        return run(new ScriptedChannel(script.stream()));
    }

    Negotiation run(ScriptedChannel client) {
        channel = client;
        try {
            result = Handshake.run(client, options, exports, new TestClient(1), new NoControl(), stopping);
        } catch (IOException e) {
            failure = e;
        }
        parse(client.output());
        return this;
    }

    private void parse(byte[] output) {
        ByteBuffer in = ByteBuffer.wrap(output);
        if (options.style() == HandshakeOptions.Style.OLDSTYLE) {
            rest = output;
            return;
        }
        in.position(Math.min(output.length, GREETING));
        while (in.remaining() >= OptionReplyHeader.LENGTH && OptionReplyHeader.magic(in, in.position()) == Magic.OPTION_REPLY) {
            int at = in.position();
            byte[] payload = new byte[(int) OptionReplyHeader.length(in, at)];
            in.position(at + OptionReplyHeader.LENGTH);
            in.get(payload);
            answers.add(new Answer(OptionReplyHeader.option(in, at), OptionReplyHeader.type(in, at), payload));
        }
        rest = Arrays.copyOfRange(output, in.position(), output.length);
    }

    ScriptedChannel channel() {
        return channel;
    }

    /** What the client heard before the answers. */
    byte[] greeting() {
        return Arrays.copyOf(channel.output(), Math.min(GREETING, channel.output().length));
    }

    /** What the client heard that is not an option reply: the answer to EXPORT_NAME, or all of oldstyle. */
    byte[] rest() {
        return rest;
    }

    List<Answer> answers() {
        return answers;
    }

    /** Answers to one option. */
    List<Answer> answersTo(int option) {
        return answers.stream().filter(a -> a.option() == option).toList();
    }

    /** Answers to one option, as a line of names. */
    String typesFor(int option) {
        return answersTo(option).stream().map(a -> OptionReply.name(a.type())).collect(Collectors.joining(" "));
    }

    /** All answers as a line of names. */
    String types() {
        return answers.stream().map(a -> OptionReply.name(a.type())).collect(Collectors.joining(" "));
    }

    /** The session that must have come out; its export is open. */
    NegotiatedSession session() {
        if (failure != null) {
            throw new AssertionError("no session", failure);
        }
        assertEquals(1, exports.open(), "only the export that was handed out is open");
        return result.orElseThrow();
    }

    /** The failure that must have come out; nothing is left open. */
    IOException failure() {
        assertNotNull(failure, "the handshake did not fail");
        assertEquals(0, exports.open(), "exports left open");
        return failure;
    }

    /** Checks that the connection must be closed because of the client, and gives the reason. */
    String closed() {
        assertTrue(failure() instanceof HandshakeException, () -> "not a HandshakeException: " + failure);
        assertEquals(-1, failure.getMessage().indexOf('\n'), "one line");
        return failure.getMessage();
    }

    /** Checks that the client has ended it as it should. */
    void ended() {
        if (failure != null) {
            throw new AssertionError("not a proper end", failure);
        }
        assertTrue(result.isEmpty());
        assertEquals(0, exports.open(), "exports left open");
    }

    boolean handedOut() {
        return result.isPresent();
    }

    void closeSession() {
        result.ifPresent(s -> s.export().close());
    }

    boolean failed() {
        return failure != null;
    }

    /** One answer to an option. */
    record Answer(int option, int type, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        ByteBuffer buffer() {
            return ByteBuffer.wrap(payload);
        }

        /** Of META_CONTEXT. */
        int contextId() {
            return buffer().getInt(0);
        }

        /** Of META_CONTEXT. */
        String contextName() {
            return new String(payload, 4, payload.length - 4, StandardCharsets.UTF_8);
        }

        /** Of INFO. */
        int infoType() {
            return buffer().getShort(0);
        }

        /** Of INFO with a text. */
        String infoText() {
            return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }

        /** Of INFO about the export. */
        int flags() {
            return Short.toUnsignedInt(buffer().getShort(10));
        }

        @Override
        public String toString() {
            return OptionCode.name(option) + ": " + OptionReply.name(type);
        }
    }
}
