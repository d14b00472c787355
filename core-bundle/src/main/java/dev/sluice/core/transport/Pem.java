package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file (RFC 7468): what stands between them, such as certtool's description, is passed over.
 *
 * @param label such as CERTIFICATE
 * @param der what it holds
 */
record Pem(String label, byte[] der) {
    /** Far more than any chain or revocation list that makes sense in front of a disk. */
    private static final long LARGEST = 16 << 20;
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    /**
     * The blocks of a file, in order.
     *
     * @throws ConfigException in one line
     */
    static List<Pem> read(Path file) {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                throw new ConfigException(file + " has more than " + LARGEST + " bytes");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException(file + " can't be read: " + (e instanceof java.nio.file.NoSuchFileException ? "there is no such file"
                    : e instanceof java.nio.file.AccessDeniedException ? "permission denied" : e.getMessage()), e);
        }
        List<Pem> blocks = new ArrayList<>();
        Matcher m = BLOCK.matcher(text);
        while (m.find()) {
            if (m.group(1).startsWith("ENCRYPTED") || m.group(2).contains("ENCRYPTED")) {
                throw new ConfigException(file + " holds an encrypted key; a key without a password is meant");
            }
            try {
                blocks.add(new Pem(m.group(1), Base64.getMimeDecoder().decode(m.group(2))));
            } catch (IllegalArgumentException e) {
                throw new ConfigException(file + ": the block " + m.group(1) + " is no base64", e);
            }
        }
        return blocks;
    }
}
