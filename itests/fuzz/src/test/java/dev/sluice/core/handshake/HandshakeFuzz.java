package dev.sluice.core.handshake;

import dev.sluice.api.contract.TestClient;
import dev.sluice.core.export.NoControl;
import dev.sluice.core.handshake.HandshakeOptions.Style;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The handshake from the greeting on. Two bytes choose how the listener is configured; behind them stands what the client
 * says, either as it is or ({@link #options}) as a list of options, whose frames are made here.
 */
public final class HandshakeFuzz implements FuzzTarget {
    private static final int CONFIGURATION = 2;
    private static final String[] NAMES = {"disk", "", "blocks", "leaving", "broken", "missing", "d\0sk"};
    private static final String[] QUERIES = {"base:allocation", "base:", "x-a:1", "x-a:", "nope", ""};
    private final boolean framed;

    private HandshakeFuzz(boolean framed) {
        this.framed = framed;
    }

    /** Any bytes. */
    public static HandshakeFuzz raw() {
        return new HandshakeFuzz(false);
    }

    /** Options, most of them in good shape. */
    public static HandshakeFuzz options() {
        return new HandshakeFuzz(true);
    }

    @Override
    public void test(byte[] input) throws IOException {
        if (input.length < CONFIGURATION) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, CONFIGURATION, input.length);
        byte[] said = framed ? frame(rest) : rest;
        HandshakeOptions options = configuration(input[0], input[1]);
        FuzzDirectory directory = new FuzzDirectory();
        ClientBytes channel = new ClientBytes(said);
        int[] asked = {(input[1] & 0xf0) == 0xf0 ? 2 : Integer.MAX_VALUE};
        Optional<NegotiatedSession> session = Optional.empty();
        IOException failure = null;
        try {
            session = Handshake.run(channel, options, directory, new TestClient(1), new NoControl(), () -> asked[0]-- <= 0);
        } catch (IOException e) {
            failure = e;
            Check.oneLine(e.getMessage());
        }
        Check.same(session.isPresent() ? 1 : 0, directory.open(), "how many exports are open");
        new HandshakeCheck(options, said, channel).check(session, failure);
    }

    private static HandshakeOptions configuration(byte first, byte second) {
        Tls tls = (first & 3) == 2 ? Tls.REQUIRE : (first & 3) == 1 ? Tls.ON : Tls.OFF;
        return new HandshakeOptions((first & 4) != 0 ? Style.OLDSTYLE : Style.NEWSTYLE, (second & 3) ^ 3, (first & 8) == 0,
                (first & 16) == 0, (first & 32) == 0, tls, Optional.of("disk"), (second & 4) != 0 ? 3 : 32, (first & 64) != 0);
    }

    /** A byte for the option, one for the shape of its payload, and what that needs. */
    private static byte[] frame(byte[] rest) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(rest.length > 0 ? rest[0] & 3 : 3);
        for (int at = 1; at + 2 < rest.length; at += 3) {
            int option = rest[at] & 15;
            byte[] payload = payload(option, rest[at + 1] & 0xff, rest[at + 2] & 0xff);
            out.writeLong(0x49484156454f5054L);
            out.writeInt(option);
            out.writeInt(payload.length);
            out.write(payload);
        }
        return bytes.toByteArray();
    }

    private static byte[] payload(int option, int shape, int detail) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        byte[] name = NAMES[shape % NAMES.length].getBytes(StandardCharsets.UTF_8);
        if (option == 1) {
            out.write(name);
        } else if (option == 6 || option == 7) {
            out.writeInt(name.length);
            out.write(name);
            out.writeShort(detail & 7);
            for (int i = 0; i < (detail & 7); i++) {
                out.writeShort(i);
            }
        } else if (option == 9 || option == 10) {
            out.writeInt(name.length);
            out.write(name);
            out.writeInt(detail & 3);
            for (int i = 0; i < (detail & 3); i++) {
                byte[] query = QUERIES[((detail >> 2) + i) % QUERIES.length].getBytes(StandardCharsets.UTF_8);
                out.writeInt(query.length);
                out.write(query);
            }
        } else if (shape > 250) {
            out.write(new byte[detail]);
        }
        byte[] whole = bytes.toByteArray();
        if (shape > 200) {
            // too little, or too much
            return Arrays.copyOf(whole, Math.max(0, whole.length + detail - 128));
        }
        return whole;
    }
}
