package dev.sluice.core.handshake;

import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.NewstyleGreeting;
import dev.sluice.core.protocol.OptionHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a client has sent of its next message in the handshake, gathered so that nobody has to wait with a thread for the
 * rest of it. Takes no byte beyond the message: behind it something else can begin. Not for use by several threads.
 */
public final class ClientMessage {
    /** Of a longer option only the header is gathered; whoever answers it reads the rest. */
    private static final int MOST = OptionHeader.LENGTH + 8192;
    private static final int USUAL = 256;

    private byte[] bytes = new byte[USUAL];
    private int have;
    private int taken;
    private int whole = NewstyleGreeting.CLIENT_FLAGS_LENGTH;
    private boolean header;

    /** Where the next bytes go, exactly those that are missing; null if there are enough. */
    public ByteBuffer missing() {
        if (have == whole && header) {
            header = false;
            whole = lengthOfOption();
        }
        if (have == whole) {
            return null;
        }
        if (whole > bytes.length) {
            bytes = Arrays.copyOf(bytes, whole);
        }
        return ByteBuffer.wrap(bytes, have, whole - have);
    }

    /** So many bytes were put where {@link #missing} said. */
    public void add(int count) {
        have += count;
    }

    private int lengthOfOption() {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        long length = OptionHeader.length(b, 0) + OptionHeader.LENGTH;
        return OptionHeader.magic(b, 0) == Magic.IHAVEOPT && length <= MOST ? (int) length : OptionHeader.LENGTH;
    }

    /** Moves what has been gathered and not been taken yet, as much of it as fits. */
    public void take(ByteBuffer into) {
        int n = Math.min(into.remaining(), have - taken);
        into.put(bytes, taken, n);
        taken += n;
    }

    /** The message was answered; another one follows. */
    public void next() {
        if (taken != have) {
            throw new IllegalStateException((have - taken) + " bytes of a message were left");
        }
        if (bytes.length > USUAL) {
            bytes = new byte[USUAL];
        }
        have = 0;
        taken = 0;
        whole = OptionHeader.LENGTH;
        header = true;
    }
}
