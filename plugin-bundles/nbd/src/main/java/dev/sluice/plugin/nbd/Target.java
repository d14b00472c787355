package dev.sluice.plugin.nbd;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a server is, and which export.
 *
 * @param host null for a Unix socket
 * @param port of TCP
 * @param socket null for TCP
 * @param export its name, empty for the default
 */
record Target(String host, int port, Path socket, String export) {
    static final String FORMS = "nbd://HOST[:PORT]/[EXPORT] or nbd+unix:///[EXPORT]?socket=/PATH is expected";

    /** A port as a number, or {@code nbd}. */
    static int port(String text) {
        if (text.equals("nbd")) {
            return Proto.DEFAULT_PORT;
        }
        try {
            long port = Integers.parse(text, 1, 65535);
            return (int) port;
        } catch (ConfigException e) {
            throw new ConfigException("port=" + text + ": a port is a number from 1 to 65535", e);
        }
    }

    /** From a URI. */
    static Target parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw wrong(text, FORMS);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        String path = uri.getRawPath() == null ? "" : decoded(uri.getRawPath());
        String export = path.startsWith("/") ? path.substring(1) : path;
        switch (scheme) {
            case "nbd" -> {
                if (uri.getHost() == null || uri.getRawQuery() != null) {
                    throw wrong(text, FORMS);
                }
                String host = uri.getHost().startsWith("[") ? uri.getHost().substring(1, uri.getHost().length() - 1) : uri.getHost();
                return new Target(host, uri.getPort() < 0 ? Proto.DEFAULT_PORT : uri.getPort(), null, export);
            }
            case "nbd+unix" -> {
                return new Target(null, 0, socketOf(text, uri), export);
            }
            case "nbds", "nbds+unix" -> throw wrong(text, "TLS is not supported; use nbd: or nbd+unix: to a server without, or a tunnel");
            case "nbd+vsock", "nbds+vsock" -> throw wrong(text, "vsock is not supported, because the JDK has no such sockets");
            default -> throw wrong(text, FORMS);
        }
    }

    private static Path socketOf(String text, URI uri) {
        Path socket = null;
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        for (String word : query.split("&")) {
            if (word.startsWith("socket=")) {
                socket = Path.of(decoded(word.substring("socket=".length())));
            } else if (!word.isEmpty()) {
                throw wrong(text, "only socket= can stand behind the question mark");
            }
        }
        if (socket == null || !socket.isAbsolute()) {
            throw wrong(text, socket == null ? FORMS : "the path of the socket must begin with /");
        }
        return socket;
    }

    private static String decoded(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static ConfigException wrong(String text, String why) {
        return new ConfigException("uri=" + text + ": " + why);
    }

    Target withExport(String name) {
        return new Target(host, port, socket, name);
    }

    /** The server, without the export. */
    @Override
    public String toString() {
        return socket != null ? socket.toString() : (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
