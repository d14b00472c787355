package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All addresses that begin like this one. */
final class AddressRule implements Rule {
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private final byte[] address;
    private final int bits;

    private AddressRule(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /**
     * From {@code ADDRESS} or {@code ADDRESS/BITS}. Names of hosts are never looked up.
     *
     * @return empty if it is not even an address
     * @throws ConfigException the bits are wrong
     */
    static Optional<Rule> parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return Optional.empty();
        }
        int all = address.length * Byte.SIZE;
        return Optional.of(new AddressRule(address, slash < 0 ? all : bits(text.substring(slash + 1), all)));
    }

    private static int bits(String text, int all) {
        try {
            return (int) Integers.parse(text, 0, all);
        } catch (ConfigException e) {
            throw new ConfigException("the number of bits lies between 0 and " + all + ", not '" + text + "'", e);
        }
    }

    private static byte[] bytes(String text) {
        Matcher v4 = IPV4.matcher(text);
        if (v4.matches()) {
            byte[] bytes = new byte[4];
            for (int i = 0; i < bytes.length; i++) {
                int part = Integer.parseInt(v4.group(i + 1));
                if (part > 255) {
                    return null;
                }
                bytes[i] = (byte) part;
            }
            return bytes;
        }
        if (!IPV6.matcher(text).matches()) {
            return null;
        }
        try {
            // with a colon in it this is never taken for the name of a host
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    @Override
    public Answer matches(ClientInfo client, ClientIdentity identity) {
        Optional<InetAddress> theirs = RuleParser.address(client);
        return Answer.of(theirs.isPresent() && matches(theirs.get().getAddress()));
    }

    private boolean matches(byte[] theirs) {
        if (theirs.length != address.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        int rest = bits % Byte.SIZE;
        return Arrays.equals(theirs, 0, whole, address, 0, whole)
                && (rest == 0 || (theirs[whole] ^ address[whole]) >> Byte.SIZE - rest == 0);
    }
}
