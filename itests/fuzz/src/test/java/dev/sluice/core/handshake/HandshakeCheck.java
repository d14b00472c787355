package dev.sluice.core.handshake;

import dev.sluice.core.handshake.HandshakeOptions.Style;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import dev.sluice.fuzz.Check;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Holds what the server said against what the client said, with a reading of the specification of its own: every option has
 * its answers and an end, in order; every answer is well formed; what was agreed on follows from what was answered.
 */
final class HandshakeCheck {
    private static final int ACK = 1;
    private static final int MOST = 4096;
    private final HandshakeOptions options;
    private final byte[] said;
    private final ByteBuffer in;
    private final ByteBuffer out;
    private final ClientBytes channel;
    private boolean structured;
    private boolean extended;
    private boolean tls;
    private boolean chosen;
    private boolean aborted;
    private int contexts;
    private int answered;
    private boolean unanswered;
    private boolean leaving;

    HandshakeCheck(HandshakeOptions options, byte[] said, ClientBytes channel) {
        this.options = options;
        this.said = said;
        this.in = ByteBuffer.wrap(said);
        this.out = channel.output();
        this.channel = channel;
    }

    /** Of a handshake that ended with a session, with an orderly end, or with a failure. */
    void check(Optional<NegotiatedSession> session, IOException failure) {
        if (options.style() == Style.OLDSTYLE) {
            Check.same(failure == null ? 152 : 0, out.remaining(), "the length of an oldstyle greeting");
            return;
        }
        Check.that(out.remaining() >= 18 && out.getLong() == 0x4e42444d41474943L && out.getLong() == 0x49484156454f5054L
                && out.getShort() == (options.handshakeFlags() & 3), () -> "the greeting is wrong");
        if (in.remaining() >= 4) {
            options(in.getInt());
        }
        if (failure == null) {
            Check.same(chosen, session.isPresent(), "whether an export was chosen");
            // who ends it need not wait for the answer, nor send all that was announced
            Check.same(aborted || session.isEmpty() && leaving, session.isEmpty(), "whether the client has ended it");
        } else {
            Check.that(!chosen && !aborted, () -> "failed after its end: " + failure);
        }
        Check.that(!(failure instanceof EOFException) || !unanswered, () -> "a whole option was not answered");
        Check.that(!out.hasRemaining(), () -> out.remaining() + " bytes more than the answers");
        session.ifPresent(this::agreed);
    }

    private void agreed(NegotiatedSession s) {
        Check.same(extended, s.extended(), "whether there are extended headers");
        Check.same(structured || extended, s.structured(), "whether there are structured replies");
        Check.that(s.contexts().isEmpty() || s.structured(), () -> "contexts without structured replies");
        Check.that(s.contexts().isEmpty() || s.contexts().size() == contexts, () -> s.contexts() + " were selected, " + contexts + " told");
        Check.that(options.tls() != Tls.REQUIRE || tls, () -> "an export without TLS");
        Check.that((s.transmissionFlags() & 1) != 0, () -> "no flags");
    }

    private void options(int flags) {
        if ((flags & ~(options.handshakeFlags() & 3)) != 0) {
            return;
        }
        boolean fixed = (flags & 1) != 0;
        boolean padded = (flags & 2) == 0;
        while (!chosen && !aborted && in.remaining() >= 16) {
            boolean magic = in.getLong() == 0x49484156454f5054L;
            int option = in.getInt();
            long length = Integer.toUnsignedLong(in.getInt());
            int start = in.position();
            boolean whole = magic && length <= 64 << 20 && length <= in.remaining();
            if (out.hasRemaining()) {
                Check.that(magic && length <= 64 << 20, () -> "what is no option was answered");
                answer(option, padded);
                Check.that(fixed || !chosen || option == 1, () -> "an answer without fixed newstyle");
            } else {
                unanswered = whole && option != 1;
                leaving = magic && option == 2;
                return;
            }
            Check.that(whole || option == 2, () -> "an option was answered that was not there as a whole");
            in.position(whole ? start + (int) length : said.length);
        }
    }

    private void answer(int option, boolean padded) {
        answered++;
        if (option == 1) {
            Check.same(padded ? 134 : 10, out.remaining(), "the length of the answer to EXPORT_NAME");
            out.position(out.limit());
            chosen = true;
            return;
        }
        int infos = 0;
        int selected = 0;
        int type;
        do {
            int magicAt = out.position();
            Check.that(out.remaining() >= 20 && out.getLong() == 0x3e889045565a9L, () -> "no answer at " + magicAt);
            Check.same(option, out.getInt(), "the option that is answered");
            type = out.getInt();
            long length = Integer.toUnsignedLong(out.getInt());
            Check.that(length <= out.remaining(), () -> "an answer is cut");
            ByteBuffer payload = out.slice().limit((int) length);
            out.position(out.position() + (int) length);
            payload(option, type, payload);
            infos += type == 3 ? 1 : 0;
            selected += type == 4 ? 1 : 0;
        } while (type > ACK);
        if (type == ACK) {
            acknowledged(option, infos, selected);
        }
    }

    private void acknowledged(int option, int infos, int selected) {
        Check.that(options.tls() != Tls.REQUIRE || tls || option == 5 || option == 2, () -> "option " + option + " without TLS");
        switch (option) {
            case 2 -> aborted = true;
            case 5 -> {
                Check.that(options.tls() != Tls.OFF && !tls, () -> "TLS although it is off, or on already");
                Check.same(out.position(), channel.tlsAt(), "what was said before TLS");
                tls = true;
                structured = false;
                extended = false;
            }
            case 6, 7 -> {
                Check.that(infos > 0, () -> "no information about the export");
                chosen = option == 7;
            }
            case 8 -> structured = true;
            case 10 -> contexts = selected;
            case 11 -> extended = true;
            case 3, 9 -> {
                // nothing changes
            }
            default -> throw new AssertionError("option " + option + " was acknowledged");
        }
    }

    private static void payload(int option, int type, ByteBuffer p) {
        int length = p.remaining();
        switch (type) {
            case 1 -> Check.same(0, length, "the length of an ACK");
            case 2 -> {
                Check.that(option == 3 && length >= 4, () -> "an export in the answer to option " + option);
                int name = p.getInt();
                Check.that(name >= 0 && name <= p.remaining() && name <= MOST, () -> "a name of " + name);
                string(p.slice().limit(name));
                string(p.position(p.position() + name));
            }
            case 3 -> {
                Check.that((option == 6 || option == 7) && length >= 2, () -> "information in the answer to option " + option);
                switch (p.getShort()) {
                    case 0 -> Check.same(12, length, "the length of EXPORT");
                    case 1, 2 -> string(p);
                    case 3 -> {
                        Check.same(14, length, "the length of BLOCK_SIZE");
                        int minimum = p.getInt();
                        int preferred = p.getInt();
                        Check.that(Integer.bitCount(minimum) == 1 && preferred >= minimum, () -> "block sizes");
                    }
                    default -> throw new AssertionError("information of an unknown type");
                }
            }
            case 4 -> {
                Check.that((option == 9 || option == 10) && length > 4, () -> "a context in the answer to option " + option);
                Check.that(option == 10 == (p.getInt() != 0), () -> "the id of a context");
                string(p);
            }
            default -> {
                Check.that(type < 0 && (type & 0x7fffffff) <= 10 && type != 1 << 31, () -> "an answer of type " + type);
                Check.oneLine(string(p));
            }
        }
    }

    private static String string(ByteBuffer p) {
        Check.that(p.remaining() <= MOST, () -> "a string of " + p.remaining());
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(p).toString();
            Check.that(text.indexOf('\0') < 0, () -> "a string with a NUL");
            return text;
        } catch (CharacterCodingException e) {
            throw new AssertionError("a string that is not UTF-8", e);
        }
    }

    /** How many options were answered. */
    int answered() {
        return answered;
    }
}
