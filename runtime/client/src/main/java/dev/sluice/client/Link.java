package dev.sluice.client;

import dev.sluice.client.wire.Frame;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** A connection to a server's shell socket. Used by one thread. */
final class Link implements Closeable {
    private final SocketChannel channel;
    private final DataInputStream in;
    private final OutputStream out;

    /**
     * Connects.
     *
     * @throws IOException nobody listens there
     */
    Link(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), Frame.LONGEST));
        out = Channels.newOutputStream(channel);
    }

    /**
     * Sends a command and shows what it answers.
     *
     * @return its status, 0 for success
     * @throws IOException the connection broke
     */
    int run(Frame command, PrintStream output, PrintStream errors) throws IOException {
        command.write(out);
        while (true) {
            Frame frame = next();
            switch (frame.type()) {
                case Frame.OUTPUT -> output.write(frame.payload());
                case Frame.ERROR -> {
                    output.flush();
                    errors.println(frame.text());
                }
                case Frame.STATUS -> {
                    output.flush();
                    return frame.status();
                }
                default -> throw new IOException("the server speaks another language; are client and server of the same version?");
            }
        }
    }

    /** What the last of these words may become. */
    List<String> complete(List<String> words) throws IOException {
        Frame.words(Frame.COMPLETE, words).write(out);
        Frame frame = next();
        if (frame.type() != Frame.CHOICES) {
            throw new IOException("the server speaks another language; are client and server of the same version?");
        }
        return frame.words();
    }

    private Frame next() throws IOException {
        return Frame.read(in, () -> { }).orElseThrow(() -> new IOException("the server closed the connection"));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
