package dev.sluice.core.transport;

import dev.sluice.api.Peer;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Asks the system whose process has connected to a Unix socket. The JDK tells user and group, as principals; it does not tell
 * the process. Where a JVM lacks the module {@code jdk.net}, nothing is known.
 */
final class UnixPeer {
    private static final System.Logger LOG = System.getLogger("dev.sluice.transport");
    private static final String OPTION = "SO_PEERCRED";

    private UnixPeer() {
    }

    /** Looks names up in the databases of the system, so it may take a while. */
    static Peer of(SocketChannel channel) {
        try {
            for (SocketOption<?> option : channel.supportedOptions()) {
                if (option.name().equals(OPTION)) {
                    return of(channel.getOption(option));
                }
            }
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the user of a client can't be found out: " + e);
        }
        return Peer.LOCAL;
    }

    /** By reflection, so that the core needs no package that some JVMs do not have. */
    private static Peer of(Object pair) throws ReflectiveOperationException {
        UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
        UserPrincipal user = (UserPrincipal) pair.getClass().getMethod("user").invoke(pair);
        UserPrincipal group = (UserPrincipal) pair.getClass().getMethod("group").invoke(pair);
        return new Peer(Optional.empty(), OptionalLong.empty(), id(user, lookup::lookupPrincipalByName),
                id(group, lookup::lookupPrincipalByGroupName));
    }

    /** A database of users or of groups. */
    private interface Lookup {
        UserPrincipal find(String name) throws IOException;
    }

    /**
     * A principal does not tell its number, but it is equal to any other one of the same number, and a number is a name that
     * can be looked up. What the hash code says is only a guess, and counts if that is so.
     */
    private static OptionalInt id(UserPrincipal principal, Lookup lookup) {
        int guess = principal.hashCode();
        try {
            return lookup.find(Integer.toString(guess)).equals(principal) ? OptionalInt.of(guess) : OptionalInt.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the number of " + principal + " can't be found out: " + e);
            return OptionalInt.empty();
        }
    }
}
