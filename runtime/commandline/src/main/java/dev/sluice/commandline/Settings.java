package dev.sluice.commandline;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Delays;
import dev.sluice.api.util.Integers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the options ask for, checked one by one and against each other. Of an option that was given more than once the
 * last one counts.
 */
final class Settings {
    /** What a listener takes. */
    private static final int MOST_THREADS = 1024;

    private static final List<Option> SOCKETS = List.of(Option.PORT, Option.UNIX, Option.RUN, Option.DUMP_PLUGIN);
    private static final List<Option> NOT_WHEN_ACTIVATED =
            List.of(Option.IP_ADDRESS, Option.PORT, Option.RUN, Option.SINGLE, Option.UNIX);

    private final Map<Option, String> last = new EnumMap<>(Option.class);
    private final List<String> filters = new ArrayList<>();
    private final List<DebugFlag> debugFlags = new ArrayList<>();
    private final List<String> words;
    private final Path directory;
    private final Family family;
    private final int handshakeMask;
    private final OptionalInt threads;

    /**
     * Checks the options.
     *
     * @param directory what relative file names are relative to
     * @param activated whether the process was started with a socket to listen on
     * @throws UsageException with the text for the user
     */
    Settings(OptionParser.Line line, Path directory, boolean activated) throws UsageException {
        this.words = line.words();
        this.directory = directory;
        Family lastFamily = Family.ANY;
        for (OptionParser.Given given : line.options()) {
            refuseIfImpossible(given);
            last.put(given.option(), given.value());
            switch (given.option()) {
                case FILTER -> filters.add(given.value());
                case IPV4_ONLY -> lastFamily = Family.IPV4;
                case IPV6_ONLY -> lastFamily = Family.IPV6;
                case DEBUG -> debugFlags.add(DebugFlag.parse(given.value()));
                default -> {
                    // its last value counts
                }
            }
        }
        family = lastFamily;
        checkConflicts(activated);
        handshakeMask = (int) (number(Option.MASK_HANDSHAKE, "mask-handshake", 0xffff_ffffL).orElse(0xffffL) & 0xffff);
        Optional<Long> wanted = number(Option.THREADS, "threads", MOST_THREADS);
        // nbdkit takes 0 for its default
        threads = wanted.isPresent() && wanted.get() > 0 ? OptionalInt.of(wanted.get().intValue()) : OptionalInt.empty();
        checkTimeout();
        for (Option file : List.of(Option.PID_FILE, Option.UNIX)) {
            if (value(file).orElse("x").isEmpty()) {
                throw UsageException.error("cannot convert null or empty path to an absolute path");
            }
        }
    }

    private void checkConflicts(boolean activated) throws UsageException {
        if (has(Option.PORT) && has(Option.UNIX) || has(Option.SINGLE) && SOCKETS.stream().anyMatch(this::has)) {
            throw UsageException.of("--dump-plugin, -p, --run, -s, -U or --vsock options cannot be used in this combination");
        }
        if (activated) {
            for (Option option : NOT_WHEN_ACTIVATED) {
                if (has(option)) {
                    throw UsageException.of("cannot use socket activation with " + option.names().get(0) + " flag");
                }
            }
        }
    }

    /** Whether the option was given. */
    boolean has(Option option) {
        return last.containsKey(option);
    }

    /** The argument of an option, if it was given. */
    Optional<String> value(Option option) {
        return Optional.ofNullable(last.get(option));
    }

    /** The filters, nearest the client first. */
    List<String> filters() {
        return filters;
    }

    /** What {@code -D} asked for, in order. */
    List<DebugFlag> debugFlags() {
        return debugFlags;
    }

    /** The plugin, if one was named. */
    Optional<String> plugin() {
        return words.stream().findFirst();
    }

    /** The words behind the plugin. */
    List<String> parameters() {
        return words.isEmpty() ? words : words.subList(1, words.size());
    }

    /** Of an option that names a file, absolute. */
    Optional<Path> file(Option option) {
        return value(option).map(name -> directory.resolve(name).normalize());
    }

    /** What relative file names are relative to. */
    Path directory() {
        return directory;
    }

    Family family() {
        return family;
    }

    /** Global handshake flags that may be offered, 16 bits. */
    int handshakeMask() {
        return handshakeMask;
    }

    /** How many requests of a connection may run at once, if it was said; positive. */
    OptionalInt threads() {
        return threads;
    }

    /** Whether to listen on a Unix socket. */
    boolean listensOnUnix() {
        return has(Option.UNIX) || has(Option.RUN) && !has(Option.PORT);
    }

    /** The socket to make; empty for one in a fresh directory. */
    Optional<Path> unixSocket() {
        return "-".equals(value(Option.UNIX).orElse("-")) ? Optional.empty() : file(Option.UNIX);
    }

    private static void refuseIfImpossible(OptionParser.Given given) throws UsageException {
        if (given.option().state().maturity() == Option.Maturity.IMPOSSIBLE) {
            throw UsageException.error(given.spelled() + " is not possible on a JVM: " + given.option().state().why());
        }
    }

    private Optional<Long> number(Option option, String name, long max) throws UsageException {
        if (!has(option)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Integers.parse(last.get(option), 0, max));
        } catch (ConfigException e) {
            throw UsageException.error(name + "=" + last.get(option) + ": " + e.getMessage());
        }
    }

    private void checkTimeout() throws UsageException {
        try {
            value(Option.TIMEOUT).ifPresent(Delays::parse);
        } catch (ConfigException e) {
            throw UsageException.error("timeout=" + last.get(Option.TIMEOUT) + ": " + e.getMessage());
        }
    }

    /** Which addresses to look up and to listen on. */
    enum Family {
        /** Both. */
        ANY,
        /** Only IPv4. */
        IPV4,
        /** Only IPv6. */
        IPV6
    }
}
