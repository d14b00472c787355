package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/**
 * Private keys from PEM files: PKCS#8, and the older forms PKCS#1 (RSA) and SEC 1 (EC), which are put into a PKCS#8
 * envelope, because that is what the JDK reads.
 */
final class PrivateKeys {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int OID = 0x06;
    private static final int SEQUENCE = 0x30;
    /** The curve, in a key of SEC 1. */
    private static final int CURVE = 0xa0;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** rsaEncryption (1.2.840.113549.1.1.1) and NULL. */
    private static final byte[] RSA = {OID, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0};
    /** id-ecPublicKey (1.2.840.10045.2.1). */
    private static final byte[] EC = {OID, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private PrivateKeys() {
    }

    /**
     * The first private key of a file.
     *
     * @throws ConfigException in one line that never shows any of the key
     */
    static PrivateKey read(Path file) {
        byte[] curve = new byte[0];
        for (Pem block : Pem.read(file)) {
            switch (block.label()) {
                case "EC PARAMETERS" -> curve = block.der();
                case "PRIVATE KEY" -> {
                    return pkcs8(file, block.der());
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(file, envelope(RSA, block.der()));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] named = curveOf(block.der());
                    return pkcs8(file, envelope(concat(EC, named.length > 0 ? named : curve), block.der()));
                }
                default -> { }
            }
        }
        throw new ConfigException(file + " holds no private key");
    }

    private static PrivateKey pkcs8(Path file, byte[] der) {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // of another algorithm; the text of the last one would only mislead
                continue;
            }
        }
        throw new ConfigException(file + " holds no private key of RSA, EC or EdDSA that can be read");
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, concat(VERSION_0, concat(der(SEQUENCE, algorithm), der(OCTETS, key))));
    }

    /** What [0] of an ECPrivateKey holds (RFC 5915); empty if it has none or is no such key, which the JDK says then. */
    private static byte[] curveOf(byte[] key) {
        try {
            int at = contents(key, 0);
            while (at < key.length) {
                int start = contents(key, at);
                int end = start + length(key, at);
                if ((key[at] & 0xff) == CURVE) {
                    return java.util.Arrays.copyOfRange(key, start, end);
                }
                at = end;
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return new byte[0];
        }
        return new byte[0];
    }

    private static int contents(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        return length;
    }

    private static byte[] der(int tag, byte[] contents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (contents.length < 0x80) {
            out.write(contents.length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(contents.length)) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(contents.length >> 8 * i);
            }
        }
        out.writeBytes(contents);
        return out.toByteArray();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
