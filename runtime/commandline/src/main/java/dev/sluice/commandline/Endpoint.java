package dev.sluice.commandline;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where clients find the server, as {@code --run} and {@code --print-uri} tell it.
 *
 * @param unixSocket absolute; empty on TCP
 * @param host for the URI, IPv6 addresses without brackets; empty on a Unix socket
 * @param port empty on a Unix socket
 * @param exportName what {@code -e} said
 * @param encryption whether clients may or must encrypt
 */
record Endpoint(Optional<Path> unixSocket, String host, String port, String exportName, Encryption encryption) {
    private static final String UNRESERVED = "-._~/";

    static Endpoint unix(Path socket, String exportName, Encryption encryption) {
        return new Endpoint(Optional.of(socket), "", "", exportName, encryption);
    }

    static Endpoint tcp(String host, int port, String exportName, Encryption encryption) {
        return new Endpoint(Optional.empty(), host, Integer.toString(port), exportName, encryption);
    }

    /** {@code nbd+unix:///EXPORT?socket=PATH} or {@code nbd://HOST:PORT/EXPORT}; {@code nbds} where TLS is required. */
    String uri() {
        String export = exportName.isEmpty() ? "" : "/" + quote(exportName);
        boolean secure = encryption.mode() == Encryption.Mode.REQUIRE;
        String scheme = secure ? "nbds" : "nbd";
        String keys = secure ? keys() : "";
        if (unixSocket.isPresent()) {
            return scheme + "+unix://" + export + "?socket=" + quote(unixSocket.get().toString()) + (keys.isEmpty() ? "" : "&" + keys);
        }
        return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + export + (keys.isEmpty() ? "" : "?" + keys);
    }

    private String keys() {
        return encryption.psk().map(file -> "tls-psk-file=" + quote(file.toString()))
                .or(() -> encryption.certificates().map(directory -> "tls-certificates=" + quote(directory.toString()))).orElse("");
    }

    /**
     * Assignments for the shell of {@code --run}. The variables are unset first: one that the caller's environment
     * exports would otherwise be exported with the new value.
     */
    String shellPrologue() {
        return "unset uri nbd exportname port unixsocket tls tls_certificates tls_psk\n"
                + "uri=" + Shell.quote(uri()) + "\n"
                + "nbd=\"$uri\"\n"
                + "exportname=" + Shell.quote(exportName) + "\n"
                + "port=" + Shell.quote(port) + "\n"
                + "unixsocket=" + Shell.quote(unixSocket.map(Path::toString).orElse("")) + "\n"
                + (encryption.mode() == Encryption.Mode.OFF ? "" : "tls=" + encryption.mode().ordinal() + "\n")
                + encryption.certificates().map(directory -> "tls_certificates=" + Shell.quote(directory.toString()) + "\n").orElse("")
                + encryption.psk().map(file -> "tls_psk=" + Shell.quote(file.toString()) + "\n").orElse("");
    }

    /** What {@code --print-uri} prints. */
    String announcement() {
        String uri = uri();
        return uri + "\nShell-quoted URI: " + Shell.quote(uri) + "\nTo ask the server what it has: nbdinfo " + Shell.quote(uri);
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || UNRESERVED.indexOf(b) >= 0);
            quoted.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
        }
        return quoted.toString();
    }
}
