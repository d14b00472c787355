package dev.sluice.commandline;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * All options of the command line: nbdkit's, in the alphabetical order of its manual. {@code docs/command-line.md} and
 * the start script are held to this table by tests.
 */
enum Option {
    DEBUG("-D --debug", "NAME.FLAG=N", done(), "set a debug flag of a plugin, a filter or the server"),
    DUMP_CONFIG("--dump-config", null, done(), "print how this server was built, and exit"),
    DUMP_PLUGIN("--dump-plugin", null, done(), "print what the plugin and the filters say about themselves, and exit"),
    DUMP_MAN("--dump-man", null, done(), "print the manual page, and exit"),
    EXIT_WITH_PARENT("--exit-with-parent", null, done(), "end when the parent process ends; implies -f"),
    EXPORT_NAME("-e --export --export-name --exportname", "NAME", done(), "the export name in the URI that --run and --print-uri show"),
    FILTER("--filter", "NAME", done(), "put a filter in front; repeatable, the first one is nearest the client"),
    FOREGROUND("-f --foreground --no-fork", null, done(), "stay in the foreground"),
    GROUP("-g --group", "GROUP", done(), "change to this group, by name or number, after the sockets are bound"),
    HELP("--help", null, done(), "print this text, with a plugin also the parameters of all layers, and exit"),
    IP_ADDRESS("-i --ip-addr --ipaddr", "HOST", done(), "listen on this address; an empty one means all (default: 127.0.0.1 and ::1)"),
    IPV4_ONLY("-4 --ipv4-only", null, done(), "look up and listen on IPv4 only"),
    IPV6_ONLY("-6 --ipv6-only", null, done(), "look up and listen on IPv6 only"),
    KEEPALIVE("--keepalive --keep-alive", null, done(), "have TCP check that clients are still there"),
    LOG("--log", "stderr|syslog|null|default|/FILE", done(), "where errors go (default: stderr, in the background syslog)"),
    LONG_OPTIONS("--long-options", null, done(), "print all long options, and exit"),
    MASK_HANDSHAKE("--mask-handshake", "MASK", done(), "offer only these of the global handshake flags"),
    NEWSTYLE("-n --new-style --newstyle", null, done(), "the newstyle protocol (default)"),
    NO_META_CONTEXTS("--no-mc --no-meta-contexts", null, done(), "offer no metadata contexts"),
    NO_STRUCTURED_REPLIES("--no-sr --no-structured-replies", null, done(), "offer no structured replies"),
    OLDSTYLE("-o --old-style --oldstyle", null, done(), "the oldstyle protocol"),
    PID_FILE("-P --pid-file --pidfile", "FILE", done(), "write the process id here when clients can come; removed at the end"),
    PORT("-p --port", "PORT", done(), "listen on this TCP port, a number or a service name; 0 for any (default: 10809)"),
    PRINT_URI("--print-uri --print-url --show-uri --show-url", null, done(), "print the URI of the server when clients can come"),
    READ_ONLY("-r --read-only --readonly", null, done(), "allow no writes"),
    RUN("--run", "COMMAND", done(), "run a shell command, and stop when it ends; implies -f, and -U - without -p or -U"),
    SELINUX_LABEL("--selinux-label", "LABEL", impossible("it has no call to label a socket"), "label of the socket"),
    SHORT_OPTIONS("--short-options", null, done(), "print all short options, and exit"),
    SINGLE("-s --single --stdin", null, done(), "serve one client on standard input and output"),
    SWAP("--swap", null, done(), "lock the memory of the process, so that a disk it serves can hold swap space"),
    THREADS("-t --threads", "N", done(), "at most this many requests of one connection at once (default: 64)"),
    TIMEOUT("--timeout --time-out", "DELAY", done(), "drop a client whose handshake takes longer"),
    TLS("--tls", "off|on|require", done(), "encryption (default: on if there are certificates)"),
    TLS_CERTIFICATES("--tls-certificates", "DIRECTORY", done(), "where ca-cert.pem, server-cert.pem, server-key.pem are"),
    TLS_PSK("--tls-psk", "FILE", done(), "the file of pre-shared keys, instead of certificates"),
    TLS_VERIFY_PEER("--tls-verify-peer", null, done(), "demand a certificate of the client"),
    UNIX("-U --unix", "PATH|-", done(), "listen on this Unix socket; - is one in a fresh directory; removed at the end"),
    USER("-u --user", "USER", done(), "change to this user, by name or number, after the sockets are bound"),
    VERBOSE("-v --verbose", null, done(), "show debug messages and stack traces"),
    VERSION("-V --version", null, done(), "print the version, with a plugin also those of all layers, and exit"),
    VSOCK("--vsock", null, impossible("it has no vsock sockets"), "listen on a virtual machine socket");

    private final List<String> names;
    private final Optional<String> argument;
    private final State state;
    private final String help;

    Option(String names, String argument, State state, String help) {
        this.names = Arrays.asList(names.split(" "));
        this.argument = Optional.ofNullable(argument);
        this.state = state;
        this.help = help;
    }

    /** All spellings with their hyphens, the letter first. */
    List<String> names() {
        return names;
    }

    /** Letters without the hyphen. */
    List<Character> letters() {
        return names.stream().filter(name -> !name.startsWith("--")).map(name -> name.charAt(1)).toList();
    }

    /** Long spellings without the hyphens; never empty. */
    List<String> words() {
        return names.stream().filter(name -> name.startsWith("--")).map(name -> name.substring(2)).toList();
    }

    /** What the argument is called, empty for an option without one. */
    Optional<String> argument() {
        return argument;
    }

    State state() {
        return state;
    }

    /** One line. */
    String help() {
        return help;
    }

    private static State done() {
        return new State(Maturity.DONE, "");
    }

    private static State impossible(String why) {
        return new State(Maturity.IMPOSSIBLE, why);
    }

    /** How far an option is. */
    enum Maturity {
        /** Works. */
        DONE,
        /** Never, on a JVM. */
        IMPOSSIBLE
    }

    /**
     * How far an option is, and why.
     *
     * @param why half a sentence about the JVM for IMPOSSIBLE; otherwise empty
     */
    record State(Maturity maturity, String why) {
    }
}
