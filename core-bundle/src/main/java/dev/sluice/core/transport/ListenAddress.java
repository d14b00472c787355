package dev.sluice.core.transport;

import dev.sluice.api.ConfigException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where to listen: {@code unix:/PATH} or {@code tcp:HOST:PORT}, an IPv6 host in brackets, an empty host for all
 * addresses; or {@code inherited:}, the listening socket that this process was given as standard input.
 *
 * @param text as configured
 * @param socket for the JDK; null for the inherited one
 */
public record ListenAddress(String text, SocketAddress socket) {
    /** Longest path of a Unix socket, in bytes; the system's structure has no room for more. */
    public static final int MAX_PATH = 107;
    private static final String INHERITED = "inherited:";
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    /**
     * From its text.
     *
     * @throws ConfigException in one line
     */
    public static ListenAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return unix(text, text.substring(5));
        }
        if (text.startsWith("tcp:")) {
            return tcp(text, text.substring(4));
        }
        if (text.equals(INHERITED)) {
            return new ListenAddress(text, null);
        }
        throw new ConfigException("address '" + text + "' is neither unix:/PATH nor tcp:HOST:PORT");
    }

    /** Whether it is the socket that this process was given. */
    boolean isInherited() {
        return socket == null;
    }

    private static ListenAddress unix(String text, String path) {
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (path.indexOf('\0') >= 0) {
            throw new ConfigException("address '" + text.replace('\0', '?') + "': the path of a Unix socket can't contain NUL");
        }
        if (!path.startsWith("/")) {
            throw new ConfigException("address '" + text + "': the path of a Unix socket must be absolute");
        }
        if (bytes > MAX_PATH) {
            throw new ConfigException("socket path too long: '" + path + "' has " + bytes + " bytes, at most " + MAX_PATH
                    + " are possible");
        }
        return new ListenAddress(text, UnixDomainSocketAddress.of(Path.of(path)));
    }

    private static ListenAddress tcp(String text, String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        if (colon < 0) {
            throw new ConfigException("address '" + text + "' has no port; write tcp:HOST:PORT");
        }
        String host = hostAndPort.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        String digits = hostAndPort.substring(colon + 1);
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > 65535) {
            throw new ConfigException("address '" + text + "': a port is a number from 0 to 65535");
        }
        try {
            return new ListenAddress(text,
                    host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException e) {
            throw new ConfigException("address '" + text + "': there is no host '" + host + "'");
        }
    }
}
