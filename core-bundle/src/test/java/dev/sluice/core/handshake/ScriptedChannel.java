package dev.sluice.core.handshake;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A client made of bytes: what it says is read from streams, what it hears is collected. */
final class ScriptedChannel implements HandshakeChannel {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private InputStream input;
    private InputStream afterTls = InputStream.nullInputStream();
    private int writes;
    private int writesUntilGone = Integer.MAX_VALUE;
    private int largestRead;
    private int tlsStarts;
    private int outputAtTls;
    private IOException tlsFailure;
    private TlsUnavailableException tlsUnavailable;

    ScriptedChannel(InputStream input) {
        this.input = input;
    }

    /** What the client says once TLS is on; what is left of the first stream then is thrown away. */
    ScriptedChannel afterTls(InputStream encrypted) {
        afterTls = encrypted;
        return this;
    }

    /** The client vanishes before the write with this number, counted from 0. */
    ScriptedChannel goneAtWrite(int number) {
        writesUntilGone = number;
        return this;
    }

    ScriptedChannel failingTls(IOException failure) {
        tlsFailure = failure;
        return this;
    }

    ScriptedChannel withoutTls(String why) {
        tlsUnavailable = new TlsUnavailableException(why, null);
        return this;
    }

    @Override
    public void readFully(ByteBuffer into) throws IOException {
        largestRead = Math.max(largestRead, into.remaining());
        byte[] bytes = input.readNBytes(into.remaining());
        if (bytes.length < into.remaining()) {
            throw new EOFException("the client has gone");
        }
        into.put(bytes);
    }

    @Override
    public void skip(long bytes) throws IOException {
        try {
            input.skipNBytes(bytes);
        } catch (EOFException e) {
            throw new EOFException("the client has gone");
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        if (writes >= writesUntilGone) {
            throw new IOException("broken pipe");
        }
        writes++;
        while (bytes.hasRemaining()) {
            output.write(bytes.get());
        }
    }

    @Override
    public void prepareTls() throws IOException {
        if (tlsUnavailable != null) {
            throw tlsUnavailable;
        }
    }

    @Override
    public void startTls() throws IOException {
        if (tlsFailure != null) {
            throw tlsFailure;
        }
        tlsStarts++;
        outputAtTls = output.size();
        input = afterTls;
    }

    byte[] output() {
        return output.toByteArray();
    }

    int writes() {
        return writes;
    }

    /** The most bytes asked for in one read. */
    int largestRead() {
        return largestRead;
    }

    int tlsStarts() {
        return tlsStarts;
    }

    /** Bytes that had been sent when TLS began. */
    int outputAtTls() {
        return outputAtTls;
    }

    /** What the server has not read. */
    int unread() throws IOException {
        return input.available();
    }
}
