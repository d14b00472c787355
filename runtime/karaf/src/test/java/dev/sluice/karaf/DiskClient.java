package dev.sluice.karaf;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client of one export, one request at a time. Numbers and layouts are those of the NBD specification. */
final class DiskClient implements AutoCloseable {
    private static final long OPTION_MAGIC = 0x49484156454F5054L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;
    private static final int GO = 7;
    private static final int ACK = 1;
    private static final int FIXED_AND_NO_ZEROES = 3;
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int DISCONNECT = 2;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final DataOutputStream out;
    private long cookie;

    /** Connects and asks for the export. */
    DiskClient(Path socket, String export) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        in = new DataInputStream(Channels.newInputStream(channel));
        out = new DataOutputStream(Channels.newOutputStream(channel));
        in.readFully(new byte[18]);
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer hello = ByteBuffer.allocate(4 + 16 + 4 + name.length + 2);
        hello.putInt(FIXED_AND_NO_ZEROES).putLong(OPTION_MAGIC).putInt(GO).putInt(4 + name.length + 2);
        out.write(hello.putInt(name.length).put(name).putShort((short) 0).array());
        for (int type = 0; type != ACK;) {
            in.readFully(new byte[12]);
            type = in.readInt();
            byte[] data = in.readNBytes(in.readInt());
            if (type < 0) {
                throw new IOException("export '" + export + "' refused: " + new String(data, StandardCharsets.UTF_8));
            }
        }
    }

    /** Reads, or throws with the error that the server sent. */
    byte[] read(long offset, int length) throws IOException {
        request(READ, offset, length, new byte[0]);
        return in.readNBytes(length);
    }

    /** Writes, or throws with the error that the server sent. */
    void write(long offset, byte[] data) throws IOException {
        request(WRITE, offset, data.length, data);
    }

    private void request(int type, long offset, int length, byte[] data) throws IOException {
        send(type, offset, length, data);
        int magic = in.readInt();
        int error = in.readInt();
        long answered = in.readLong();
        if (magic != REPLY_MAGIC || answered != cookie) {
            throw new IOException("bad reply: " + Integer.toHexString(magic) + " to " + answered);
        }
        if (error != 0) {
            throw new IOException("error " + error);
        }
    }

    private void send(int type, long offset, int length, byte[] data) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(28 + data.length);
        request.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) type).putLong(++cookie).putLong(offset).putInt(length);
        out.write(request.put(data).array());
    }

    /** Waits for the server to close the connection. */
    boolean isClosedByServer() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException closed) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            send(DISCONNECT, 0, 0, new byte[0]);
        }
    }
}
