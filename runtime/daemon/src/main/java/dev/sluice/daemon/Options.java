package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The words behind {@code sluice server}; the launcher has taken the directory already.
 *
 * @param verbose shows debug messages
 * @param addresses to listen on besides those of {@code etc/}, as in a configuration
 * @param pidFile where the process id is written
 */
record Options(boolean verbose, List<String> addresses, Optional<Path> pidFile) {
    private static final String PORT = "10809";

    /**
     * Reads them.
     *
     * @param here what relative paths are relative to
     * @throws ConfigException one of them is wrong
     */
    static Options parse(List<String> argv, Path here) {
        boolean verbose = false;
        Optional<Path> unix = Optional.empty();
        Optional<Path> pidFile = Optional.empty();
        Optional<String> port = Optional.empty();
        List<String> hosts = new ArrayList<>();
        for (int i = 1; i < argv.size(); i++) {
            String word = argv.get(i);
            String name = word;
            String value = null;
            int eq = word.indexOf('=');
            if (word.startsWith("--") && eq > 0) {
                name = word.substring(0, eq);
                value = word.substring(eq + 1);
            } else if (word.length() > 2 && word.charAt(0) == '-' && word.charAt(1) != '-') {
                name = word.substring(0, 2);
                value = word.substring(2);
            }
            if (List.of("-f", "--foreground", "-v", "--verbose").contains(name) && value == null) {
                verbose |= name.equals("-v") || name.equals("--verbose");
                continue;
            }
            if (!List.of("--dir", "-U", "--unix", "-p", "--port", "-i", "--ipaddr", "-P", "--pidfile").contains(name)) {
                throw new ConfigException("server: '" + word + "' is not understood; sluice server --help says what is");
            }
            if (value == null && ++i == argv.size()) {
                throw new ConfigException("server: " + name + " is followed by a value");
            }
            value = value == null ? argv.get(i) : value;
            switch (name) {
                case "-U", "--unix" -> unix = Optional.of(here.resolve(value).normalize());
                case "-P", "--pidfile" -> pidFile = Optional.of(here.resolve(value).normalize());
                case "-p", "--port" -> port = Optional.of(port(value));
                case "-i", "--ipaddr" -> hosts.add(value);
                default -> {
                    // the launcher has taken --dir
                }
            }
        }
        return new Options(verbose, addresses(unix, port, hosts), pidFile);
    }

    private static List<String> addresses(Optional<Path> unix, Optional<String> port, List<String> hosts) {
        List<String> addresses = new ArrayList<>();
        unix.ifPresent(path -> addresses.add("unix:" + path));
        if (port.isPresent() || !hosts.isEmpty()) {
            for (String host : hosts.isEmpty() ? List.of("127.0.0.1") : hosts) {
                addresses.add("tcp:" + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port.orElse(PORT));
            }
        }
        return addresses;
    }

    private static String port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535) {
            throw new ConfigException("server: -p " + text + ": a port from 0 to 65535 is meant");
        }
        return text;
    }
}
