package dev.sluice.core.transport;

import dev.sluice.core.buffer.BufferPool;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.InlinePlatform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS on one thread. The first byte of an input chooses whether the client says its bytes instead of a TLS handshake, or has
 * one done and then does what they say: data of some length, in records that are cut, changed or made up.
 */
public final class TlsFuzz implements FuzzTarget {
    private static final char[] PASSWORD = "password".toCharArray();
    private static final int MOST_DATA = 40_000;
    private final SSLContext context;
    private final InlinePlatform platform = new InlinePlatform();
    private final BufferPool pool = new BufferPool(platform, 16 << 20);

    /** With a key of its own. */
    public TlsFuzz() {
        try {
            context = context();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context() throws Exception {
        Path directory = Files.createTempDirectory("tlsfuzz");
        Path file = directory.resolve("keys");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost", "-validity", "3650",
                "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
        keytool.getInputStream().readAllBytes();
        Check.that(keytool.waitFor(1, TimeUnit.MINUTES) && keytool.exitValue() == 0, () -> "keytool has failed");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        Files.delete(file);
        Files.delete(directory);
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return made;
    }

    @Override
    public void test(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        SSLEngine server = context.createSSLEngine();
        server.setUseClientMode(false);
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) == 0) {
            raw(server, rest);
        } else {
            session(server, (input[0] & 2) == 0 ? "TLSv1.3" : "TLSv1.2", rest);
        }
        Check.same(0L, pool.leases(), "buffers that were not given back");
    }

    private void raw(SSLEngine server, byte[] said) {
        TlsClient client = new TlsClient(said);
        try {
            TlsWire.accept(client, server, pool, platform);
            throw new AssertionError("these bytes are a client without a key");
        } catch (IOException e) {
            Check.that(client.reads() <= said.length + 10, () -> client.reads() + " reads of " + said.length + " bytes");
        }
    }

    private void session(SSLEngine server, String protocol, byte[] script) throws IOException {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        TlsClient client = new TlsClient(engine);
        try (TlsWire wire = TlsWire.accept(client, server, pool, platform)) {
            for (int at = 0; at + 2 < script.length && play(wire, client, script[at] & 7, script[at + 1] & 0xff, script[at + 2] & 0xff);) {
                at += 3;
            }
        }
    }

    /** Answers whether the connection goes on. */
    private static boolean play(TlsWire wire, TlsClient client, int what, int size, int detail) throws IOException {
        int n = Math.min(MOST_DATA, size * (1 + (detail & 0x7f)));
        switch (what) {
            case 0, 1, 2:
                client.send(n);
                return read(wire, client);
            case 3:
                client.piece(1 + size);
                return true;
            case 4:
                client.send(n);
                client.change(detail);
                return read(wire, client);
            case 5:
                client.inject(size, detail);
                return read(wire, client);
            case 6:
                return write(wire, client, n);
            default:
                client.farewell();
                return read(wire, client);
        }
    }

    /** Everything that is there; what is read is what was sent, whatever was changed on the way. */
    private static boolean read(TlsWire wire, TlsClient client) throws IOException {
        boolean changed = client.isTampered();
        ByteBuffer into = ByteBuffer.allocate(1 + client.unread() % 5000);
        try {
            while (client.hasBytes() || client.unread() > 0 && !changed) {
                into.clear();
                int n = wire.poll(into);
                if (n < 0) {
                    Check.that(client.isLeaving() || changed, () -> "the end of a client that goes on");
                    return false;
                }
                into.flip();
                Check.that(n > 0 || changed || client.hasBytes(), () -> client.unread() + " bytes were not read");
                client.received(into);
                if (n == 0 && !client.hasBytes()) {
                    return true;
                }
            }
            return true;
        } catch (SSLException e) {
            Check.that(changed, () -> "refused although nothing was changed: " + e);
            return false;
        }
    }

    private static boolean write(TlsWire wire, TlsClient client, int n) throws IOException {
        ByteBuffer[] data = {ByteBuffer.allocate(n / 2), ByteBuffer.allocate(n - n / 2)};
        for (ByteBuffer b : data) {
            Arrays.fill(b.array(), (byte) n);
        }
        while (data[1].hasRemaining() || data[0].hasRemaining()) {
            long sent = wire.write(data, 0, 2);
            Check.that(sent > 0, () -> "nothing is written");
        }
        Check.same(n, client.heard(n), "what the client heard");
        return true;
    }
}
