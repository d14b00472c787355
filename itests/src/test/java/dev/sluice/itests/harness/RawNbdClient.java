package dev.sluice.itests.harness;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;

/**
 * A client that does what it is told, one call per message, right or wrong: written from the specification, and
 * sharing no code with the core. This class is the connection and the handshake; {@link Session} is the transmission.
 */
public final class RawNbdClient implements AutoCloseable {
    private final TimedChannel channel;
    private boolean noZeroes;
    private boolean structured;
    private boolean extended;

    private RawNbdClient(TimedChannel channel) {
        this.channel = channel;
    }

    /** Connects and reads nothing yet. */
    public static RawNbdClient connect(SocketAddress address) throws IOException {
        return new RawNbdClient(TimedChannel.connect(address));
    }

    /** Connects, reads the greeting and answers with fixed newstyle and no zeroes. */
    public static RawNbdClient greeted(SocketAddress address) throws IOException {
        RawNbdClient client = connect(address);
        try {
            client.greeting();
            client.clientFlags(Wire.FIXED_NEWSTYLE | Wire.NO_ZEROES);
            return client;
        } catch (IOException | RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    /** The socket, for bytes of every kind. */
    public TimedChannel channel() {
        return channel;
    }

    /** Sends bytes as they are. */
    public void send(byte... bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes));
    }

    /** Sends the bytes of what the writer writes. */
    public void send(Body body) throws IOException {
        send(bytes(body));
    }

    /** Receives exactly this many bytes, big-endian. */
    public ByteBuffer receive(int count) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(count);
        channel.read(b);
        return b.flip();
    }

    /** Reads and drops until the server closes; fails at the deadline. A reset counts as closed. */
    public void awaitClose() throws IOException {
        ByteBuffer sink = ByteBuffer.allocate(65536);
        try {
            while (channel.readSome(sink) >= 0) {
                sink.clear();
            }
        } catch (EOFException e) {
            return;
        } catch (IOException e) {
            if (!isReset(e)) {
                throw e;
            }
        }
    }

    /** Fails unless the server closes without another byte. */
    public void awaitCloseWithoutAWord() throws IOException {
        ByteBuffer sink = ByteBuffer.allocate(1);
        try {
            int n = channel.readSome(sink);
            if (n >= 0) {
                throw new AssertionError("the server should have closed, but it sent 0x" + Integer.toHexString(sink.get(0) & 0xff) + " …");
            }
        } catch (IOException e) {
            if (!isReset(e)) {
                throw e;
            }
        }
    }

    private static boolean isReset(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("reset") || text.contains("Broken pipe");
    }

    /** Receives the newstyle greeting; returns the server's flags. */
    public int greeting() throws IOException {
        ByteBuffer b = receive(18);
        expect("greeting", Wire.NBDMAGIC, b.getLong());
        expect("second word of the greeting", Wire.IHAVEOPT, b.getLong());
        return b.getShort() & 0xffff;
    }

    /** Sends the client flags. */
    public void clientFlags(int flags) throws IOException {
        noZeroes = (flags & Wire.NO_ZEROES) != 0;
        send(out -> out.writeInt(flags));
    }

    /** Sends an option. */
    public void option(int option, byte... payload) throws IOException {
        send(out -> {
            out.writeLong(Wire.IHAVEOPT);
            out.writeInt(option);
            out.writeInt(payload.length);
            out.write(payload);
        });
    }

    /** Sends an option with what the writer writes. */
    public void option(int option, Body body) throws IOException {
        option(option, bytes(body));
    }

    /** Receives one option reply. */
    public OptionReply optionReply() throws IOException {
        ByteBuffer b = receive(20);
        expect("option reply", Wire.OPTION_REPLY, b.getLong());
        int option = b.getInt();
        int type = b.getInt();
        int length = b.getInt();
        if (length < 0 || length > 16 * Wire.MIB) {
            throw new AssertionError("an option reply of " + Integer.toUnsignedString(length) + " bytes");
        }
        return new OptionReply(option, type, receive(length).array());
    }

    /** Receives the replies to an option up to its ACK or error, which is the last in the list. */
    public List<OptionReply> optionReplies(int option) throws IOException {
        List<OptionReply> all = new ArrayList<>();
        while (true) {
            OptionReply r = optionReply();
            expect("option that is answered", option, r.option());
            all.add(r);
            if (r.type() == Wire.REP_ACK || r.isError()) {
                return all;
            }
        }
    }

    /** Sends an option and receives all its replies. */
    public List<OptionReply> ask(int option, byte... payload) throws IOException {
        option(option, payload);
        return optionReplies(option);
    }

    /** Sends an option and returns the type of the last of its replies. */
    public int verdict(int option, byte... payload) throws IOException {
        List<OptionReply> all = ask(option, payload);
        return all.get(all.size() - 1).type();
    }

    /** Sends STARTTLS and shakes hands; fails if refused. */
    public RawNbdClient startTls(SSLEngine engine) throws IOException {
        expect("answer to STARTTLS", Wire.REP_ACK, verdict(Wire.OPT_STARTTLS));
        channel.startTls(engine);
        return this;
    }

    /** Asks for structured replies; fails if refused. */
    public RawNbdClient structured() throws IOException {
        expect("answer to STRUCTURED_REPLY", Wire.REP_ACK, verdict(Wire.OPT_STRUCTURED_REPLY));
        structured = true;
        return this;
    }

    /** Asks for extended headers; fails if refused. */
    public RawNbdClient extended() throws IOException {
        expect("answer to EXTENDED_HEADERS", Wire.REP_ACK, verdict(Wire.OPT_EXTENDED_HEADERS));
        structured = true;
        extended = true;
        return this;
    }

    /** The payload of GO and INFO. */
    public static byte[] goPayload(String name, int... infos) {
        return bytes(out -> {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
            out.writeShort(infos.length);
            for (int info : infos) {
                out.writeShort(info);
            }
        });
    }

    /** The payload of LIST_META_CONTEXT and SET_META_CONTEXT. */
    public static byte[] metaPayload(String name, String... queries) {
        return bytes(out -> {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
            out.writeInt(queries.length);
            for (String q : queries) {
                byte[] query = q.getBytes(StandardCharsets.UTF_8);
                out.writeInt(query.length);
                out.write(query);
            }
        });
    }

    /** Selects contexts for an export; returns the ids in the order of the replies. */
    public int[] selectContexts(String name, String... queries) throws IOException {
        List<OptionReply> all = ask(Wire.OPT_SET_META_CONTEXT, metaPayload(name, queries));
        OptionReply last = all.get(all.size() - 1);
        expect("answer to SET_META_CONTEXT (" + last.text() + ")", Wire.REP_ACK, last.type());
        return all.stream().filter(r -> r.type() == Wire.REP_META_CONTEXT).mapToInt(r -> r.buffer().getInt()).toArray();
    }

    /** Chooses an export and starts the transmission; closes and fails if the server refuses. */
    public Session go(String name, int... infos) throws IOException {
        try {
            List<OptionReply> all = ask(Wire.OPT_GO, goPayload(name, infos));
            OptionReply last = all.get(all.size() - 1);
            expect("answer to GO (" + last.text() + ")", Wire.REP_ACK, last.type());
            return session(ExportFacts.of(all));
        } catch (IOException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Chooses an export by EXPORT_NAME and starts the transmission. */
    public Session exportName(String name) throws IOException {
        option(Wire.OPT_EXPORT_NAME, name.getBytes(StandardCharsets.UTF_8));
        ByteBuffer b = receive(noZeroes ? 10 : 134);
        ExportFacts facts = new ExportFacts(b.getLong(), b.getShort() & 0xffff, null, null, null);
        while (b.hasRemaining()) {
            expect("one of the 124 zero bytes", 0, b.get());
        }
        return session(facts);
    }

    /** Starts the transmission with these facts; nothing is sent. */
    public Session session(ExportFacts facts) {
        return new Session(this, facts, structured, extended);
    }

    /** Fails with both values unless they are equal. */
    static void expect(String what, long wanted, long got) {
        if (wanted != got) {
            throw new AssertionError(what + ": wanted 0x" + Long.toHexString(wanted) + ", got 0x" + Long.toHexString(got));
        }
    }

    /** What the writer writes, as bytes. */
    public static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Writes the body of a message. */
    @FunctionalInterface
    public interface Body {
        /** Writes it. */
        void write(DataOutputStream out) throws IOException;
    }
}
