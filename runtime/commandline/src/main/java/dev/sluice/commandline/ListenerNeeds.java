package dev.sluice.commandline;

import java.util.Map;
import java.util.Set;

/**
 * What the options ask of every listener, held against what listeners of this core can do: a core passes over properties
 * that it does not know, and an option must not be passed over.
 *
 * @param allAddresses whether it listens on all addresses unless it is told
 * @param keepAlive whether TCP looks after silent clients
 * @param paused whether nobody is served before the server has become another user
 * @param encryption whether clients may or must encrypt
 */
record ListenerNeeds(boolean allAddresses, boolean keepAlive, boolean paused, Encryption encryption) {
    /** In dev.sluice.features: the address {@code inherited:}. */
    static final String INHERITED = "inherited";
    private static final String KEEPALIVE = "keepalive";
    private static final String PAUSED = "paused";

    /**
     * From the settings.
     *
     * @param features what listeners can do
     * @throws UsageException names the option that they can't
     */
    static ListenerNeeds of(Settings settings, Program program, Set<String> features, boolean changesUser, Encryption encryption)
            throws UsageException {
        if (settings.has(Option.KEEPALIVE) && !features.contains(KEEPALIVE)) {
            throw UsageException.error("--keepalive: this build can't set it");
        }
        return new ListenerNeeds(program.standsInForNbdkit(), settings.has(Option.KEEPALIVE), changesUser && features.contains(PAUSED),
                encryption);
    }

    /** Properties of a listener. */
    void addTo(Map<String, Object> properties) {
        if (keepAlive) {
            properties.put(KEEPALIVE, Boolean.TRUE);
        }
        if (paused) {
            properties.put(PAUSED, Boolean.TRUE);
        }
        encryption.addTo(properties);
    }
}
