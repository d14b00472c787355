package dev.sluice.commandline;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code -D NAME.FLAG=N} asks for.
 *
 * @param name of a plugin, a filter, or the server
 * @param flag with dots as they were written
 * @param value any int
 */
record DebugFlag(String name, String flag, int value) {
    private static final String SERVER = "nbdkit";
    /** Those that nbdkit's server has; here nothing traces calls or TLS, so only the environment has an effect. */
    private static final Set<String> OF_SERVER = Set.of("backend.controlpath", "backend.datapath", "environ", "tls.log", "tls.session");

    /**
     * Takes the argument apart.
     *
     * @throws UsageException with nbdkit's text if it has another shape
     */
    static DebugFlag parse(String text) throws UsageException {
        int dot = text.indexOf('.');
        int equals = text.indexOf('=', dot + 1);
        if (dot < 1 || equals < dot + 2) {
            throw UsageException.of("-D (Debug Flag) must have the format NAME.FLAG=N");
        }
        String number = text.substring(equals + 1);
        try {
            return new DebugFlag(text.substring(0, dot), text.substring(dot + 1, equals),
                    (int) Integers.parse(number, Integer.MIN_VALUE, Integer.MAX_VALUE));
        } catch (ConfigException e) {
            throw UsageException.error("-D " + text + ": " + e.getMessage());
        }
    }

    /** Whether it is for the server and set. */
    boolean isSet(String serverFlag) {
        return name.equals(SERVER) && flag.equals(serverFlag) && value != 0;
    }

    /** What there is to say about a flag that nobody will look at; nbdkit only warns, too. */
    Optional<String> warning(Chain chain) {
        if (name.equals(SERVER)) {
            return OF_SERVER.contains(flag) ? Optional.empty() : Optional.of("-D " + SERVER + "." + flag + ": the server has no such flag");
        }
        boolean there = chain.plugin().name().equals(name) || chain.filters().stream().anyMatch(filter -> filter.name().equals(name));
        return Optional.of(there ? "-D " + name + "." + flag + ": " + name + " has no debug flag " + flag
                : "debug flag -D " + name + "." + flag + " was not used");
    }
}
