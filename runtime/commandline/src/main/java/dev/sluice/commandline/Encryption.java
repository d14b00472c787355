package dev.sluice.commandline;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Booleans;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the TLS options come to. Without {@code --tls} it is on where there are keys, as in nbdkit.
 *
 * @param mode whether clients may or must encrypt
 * @param certificates the directory that was found; empty if it is off or keys are shared
 * @param psk the file of shared keys
 * @param verifyPeer whether clients must show a certificate
 * @param warning for the user; empty if there is none
 */
record Encryption(Mode mode, Optional<Path> certificates, Optional<Path> psk, boolean verifyPeer, String warning) {
    private static final Set<String> REQUIRED = Set.of("require", "required", "force");
    private static final List<String> FILES = List.of("ca-cert.pem", "server-cert.pem", "server-key.pem");
    private static final String ADVICE = "Try setting '--tls-certificates=/path/to/certificates', or --tls-psk.";

    /** No TLS. */
    static Encryption none() {
        return none("");
    }

    private static Encryption none(String warning) {
        return new Encryption(Mode.OFF, Optional.empty(), Optional.empty(), false, warning);
    }

    /**
     * Finds the keys.
     *
     * @param usual where certificates are looked for if nothing is said
     * @throws UsageException if it is demanded and can't be
     */
    static Encryption of(Settings settings, List<Path> usual) throws UsageException {
        Optional<Mode> asked = settings.has(Option.TLS) ? Optional.of(Mode.parse(settings.value(Option.TLS).orElse(""))) : Optional.empty();
        if (asked.equals(Optional.of(Mode.REQUIRE)) && settings.has(Option.OLDSTYLE)) {
            throw UsageException.of("cannot use oldstyle protocol (-o) and require TLS");
        }
        if (asked.equals(Optional.of(Mode.OFF))) {
            return none();
        }
        boolean verify = settings.has(Option.TLS_VERIFY_PEER);
        Optional<Path> psk = settings.file(Option.TLS_PSK);
        Mode mode = asked.orElse(Mode.ON);
        if (psk.isPresent()) {
            if (!Files.isReadable(psk.get())) {
                throw UsageException.of("--tls-psk: " + psk.get() + ": " + (Files.exists(psk.get()) ? "Permission denied"
                        : "No such file or directory"));
            }
            return new Encryption(mode, Optional.empty(), psk, verify, "");
        }
        List<Path> places = settings.file(Option.TLS_CERTIFICATES).map(List::of).orElse(usual);
        Optional<Path> found = places.stream().filter(Encryption::isComplete).findFirst();
        if (found.isPresent()) {
            return new Encryption(mode, found, psk, verify, "");
        }
        if (mode == Mode.REQUIRE) {
            throw UsageException.lines("--tls=require but could not load TLS certificates.\n" + ADVICE);
        }
        return none(asked.isEmpty() ? "" : "--tls=on but could not load TLS certificates.\n"
                + "TLS will be disabled and TLS connections will be rejected.\n" + ADVICE);
    }

    private static boolean isComplete(Path directory) {
        return FILES.stream().allMatch(name -> Files.isReadable(directory.resolve(name)));
    }

    /** Where certificates are if nobody says. */
    static List<Path> usualPlaces(String user, Path home) {
        return user.equals("root") ? List.of(Path.of("/etc/pki/nbdkit"))
                : List.of(home.resolve(".pki/nbdkit"), home.resolve(".config/pki/nbdkit"));
    }

    /** Properties of a listener; none if it is off. */
    void addTo(Map<String, Object> properties) {
        if (mode == Mode.OFF) {
            return;
        }
        properties.put("tls", mode == Mode.ON ? "on" : "require");
        certificates.ifPresent(directory -> properties.put("tls-certificates", directory.toString()));
        psk.ifPresent(file -> properties.put("tls-psk", file.toString()));
        if (verifyPeer) {
            properties.put("tls-verify-peer", Boolean.TRUE);
        }
    }

    /** Whether clients may or must encrypt. */
    enum Mode {
        /** STARTTLS is refused. */
        OFF,
        /** Clients may. */
        ON,
        /** Clients must. */
        REQUIRE;

        /**
         * From the option's argument.
         *
         * @throws UsageException if it is no such word
         */
        static Mode parse(String text) throws UsageException {
            if (REQUIRED.contains(text.toLowerCase(java.util.Locale.ROOT))) {
                return REQUIRE;
            }
            try {
                return Booleans.parse(text) ? ON : OFF;
            } catch (ConfigException e) {
                throw UsageException.error("tls=" + text + ": off, on and require are known; " + e.getMessage());
            }
        }
    }
}
