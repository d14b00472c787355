package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class SingleClientTest {
    @TempDir
    private Path directory;

    private static byte[] all(ReadableByteChannel from, int count) throws Exception {
        ByteBuffer read = ByteBuffer.allocate(count);
        while (read.hasRemaining() && from.read(read) >= 0) {
            continue;
        }
        return read.array();
    }

    private static void send(WritableByteChannel to, byte[] bytes) throws Exception {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        while (data.hasRemaining()) {
            to.write(data);
        }
    }

    @Test
    void bytesPassInBothDirectionsAndTheServersEndIsTheEnd() throws Exception {
        Path socket = directory.resolve("s");
        byte[] data = new byte[1 << 20];
        new Random(1).nextBytes(data);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SingleClient client = SingleClient.connect(socket);
            Pipe in = Pipe.open();
            Pipe out = Pipe.open();
            client.start(in.source(), out.sink());
            try (SocketChannel accepted = server.accept()) {
                CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(() -> {
                    try {
                        return all(accepted, data.length);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                send(in.sink(), data);
                assertArrayEquals(data, got.get(30, TimeUnit.SECONDS));
                in.sink().close();
                // the server sees the client's end, and can still answer
                assertEquals(-1, accepted.read(ByteBuffer.allocate(1)));
                assertFalse(client.ended().isDone());
                send(accepted, new byte[] {1, 2, 3});
            }
            assertArrayEquals(new byte[] {1, 2, 3}, all(out.source(), 3));
            client.ended().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aClientThatReadsNoMoreEndsIt() throws Exception {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SingleClient client = SingleClient.connect(socket);
            Pipe in = Pipe.open();
            Pipe out = Pipe.open();
            out.source().close();
            client.start(in.source(), out.sink());
            try (SocketChannel accepted = server.accept()) {
                send(accepted, new byte[] {1});
                client.ended().get(30, TimeUnit.SECONDS);
                assertEquals(-1, accepted.read(ByteBuffer.allocate(1)));
            }
        }
    }
}
