package dev.sluice.plugin.info;

import dev.sluice.api.Peer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses of clients as the C library writes them, which is how nbdkit tells them. */
final class Addresses {
    private static final int GROUPS = 8;

    private Addresses() {
    }

    /** {@code unix}, {@code 192.0.2.7:1234} or {@code [2001:db8::7]:1234}. */
    static String of(Peer peer) {
        InetSocketAddress address = peer.address().orElse(null);
        if (address == null) {
            return "unix";
        }
        InetAddress host = address.getAddress();
        if (host instanceof Inet6Address) {
            return "[" + shorten(host.getAddress()) + "]:" + address.getPort();
        }
        return (host == null ? address.getHostString() : host.getHostAddress()) + ":" + address.getPort();
    }

    /** Two colons stand for the longest run of at least two groups that are zero, the first one if there are several. */
    private static String shorten(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int best = 0;
        int length = 1;
        for (int from = 0; from < GROUPS; from++) {
            int to = from;
            while (to < GROUPS && groups[to] == 0) {
                to++;
            }
            if (to - from > length) {
                best = from;
                length = to - from;
            }
        }
        if (length < 2) {
            return join(groups, 0, GROUPS);
        }
        return join(groups, 0, best) + "::" + join(groups, best + length, GROUPS);
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder s = new StringBuilder();
        for (int i = from; i < to; i++) {
            s.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return s.toString();
    }
}
