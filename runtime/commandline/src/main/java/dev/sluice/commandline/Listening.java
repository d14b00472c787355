package dev.sluice.commandline;

import dev.sluice.api.runtime.ListenerStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The listeners of a command line: one Unix socket, or one TCP listener for each address. As in nbdkit, an address that
 * can't be bound is passed over as long as another one can.
 */
final class Listening {
    /** What the kernel has room for, without the final NUL. */
    private static final int LONGEST_SOCKET_PATH = 107;
    private static final String DEFAULT_PORT = "10809";

    private final SluiceRuntime runtime;
    private final Configurations configurations;
    private final Settings settings;
    private final Duration deadline;
    private final ListenerNeeds needs;
    private final List<Configurations.Made> paused = new ArrayList<>();
    private Optional<SocketFile> unixSocket = Optional.empty();

    Listening(SluiceRuntime runtime, Configurations configurations, Settings settings, Duration deadline, ListenerNeeds needs) {
        this.runtime = runtime;
        this.configurations = configurations;
        this.settings = settings;
        this.deadline = deadline;
        this.needs = needs;
    }

    /**
     * Makes the listeners and waits for them.
     *
     * @param temporary a directory of this process alone, for {@code -U -}
     * @throws UsageException if none can listen
     */
    Endpoint open(Path temporary) throws UsageException, IOException {
        String exportName = settings.value(Option.EXPORT_NAME).orElse("");
        return settings.listensOnUnix() ? openUnix(temporary, exportName) : openTcp(exportName);
    }

    /**
     * Listens on the socket that the process was started with.
     *
     * @throws UsageException if it can't
     */
    void openInherited() throws UsageException, IOException {
        Optional<String> failure = listen("activated", "inherited:").failure();
        if (failure.isPresent()) {
            throw UsageException.error("socket activation: " + failure.get());
        }
    }

    /**
     * Listens where only this process can come.
     *
     * @param temporary a directory of this process alone
     * @return the socket
     * @throws UsageException if it can't
     */
    Path openPrivate(Path temporary) throws UsageException, IOException {
        Path socket = temporary.resolve("single");
        Optional<String> failure = listen("single", "unix:" + socket).failure();
        if (failure.isPresent()) {
            throw UsageException.error(socket + ": " + failure.get());
        }
        return socket;
    }

    /** Clients that have queued are taken from now on. */
    void resume() throws IOException {
        for (Configurations.Made made : paused) {
            made.remove("paused");
        }
        paused.clear();
    }

    /** Takes away the socket file if it is still the one that was made here. */
    void removeSocket() throws IOException {
        if (unixSocket.isPresent()) {
            unixSocket.get().remove();
        }
    }

    private Endpoint openUnix(Path temporary, String exportName) throws UsageException, IOException {
        Path socket = settings.unixSocket().orElse(temporary.resolve("socket"));
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_SOCKET_PATH) {
            throw UsageException.of("-U: path too long: length " + length + " > max " + LONGEST_SOCKET_PATH + " bytes");
        }
        Optional<String> failure = listen("unix", "unix:" + socket).failure();
        if (failure.isPresent()) {
            throw UsageException.error(socket + ": " + failure.get());
        }
        unixSocket = Optional.of(new SocketFile(socket));
        return Endpoint.unix(socket, exportName, needs.encryption());
    }

    private Endpoint openTcp(String exportName) throws UsageException, IOException {
        int port = new ServiceNames(Path.of("/etc/services")).port(settings.value(Option.PORT).orElse(DEFAULT_PORT));
        List<String> hosts = hosts();
        List<String> bound = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (String host : hosts) {
            Outcome outcome = listen("tcp-" + (bound.size() + 1), "tcp:" + bracketed(host) + ":" + port);
            if (outcome.failure().isPresent()) {
                failures.add((host.isEmpty() ? "*" : bracketed(host)) + ":" + port + ": " + outcome.failure().get());
                continue;
            }
            bound.add(host);
            // with port 0 the next address gets the number that the system chose for this one
            port = portOf(outcome.address());
        }
        if (bound.isEmpty()) {
            throw UsageException.error("unable to bind to any TCP/IP sockets: " + String.join("; ", failures));
        }
        return Endpoint.tcp(uriHost(hosts, bound), port, exportName, needs.encryption());
    }

    /** Addresses to bind; an empty one stands for all. */
    private List<String> hosts() throws UsageException {
        Settings.Family family = settings.family();
        Optional<String> asked = settings.value(Option.IP_ADDRESS);
        if (asked.isEmpty() && !needs.allAddresses()) {
            return switch (family) {
                case IPV4 -> List.of("127.0.0.1");
                case IPV6 -> List.of("::1");
                default -> List.of("127.0.0.1", "::1");
            };
        }
        if (asked.isEmpty() || asked.get().isEmpty()) {
            return switch (family) {
                case IPV4 -> List.of("0.0.0.0");
                case IPV6 -> List.of("::");
                default -> List.of("");
            };
        }
        List<String> hosts = new ArrayList<>();
        try {
            for (InetAddress address : InetAddress.getAllByName(asked.get())) {
                if (family == Settings.Family.ANY || family == Settings.Family.IPV4 == address instanceof Inet4Address) {
                    hosts.add(address.getHostAddress());
                }
            }
        } catch (UnknownHostException e) {
            throw UsageException.error("-i " + Shell.visible(asked.get()) + ": Name or service not known");
        }
        if (hosts.isEmpty()) {
            throw UsageException.error("-i " + Shell.visible(asked.get()) + ": has no address of the family that -4 or -6 asks for");
        }
        return hosts;
    }

    /** nbdkit's "localhost" wherever that leads here and nowhere else. */
    private String uriHost(List<String> hosts, List<String> bound) {
        Optional<String> asked = settings.value(Option.IP_ADDRESS);
        if (asked.isEmpty() && bound.equals(hosts) || bound.contains("") || bound.contains("0.0.0.0") || bound.contains("::")) {
            return "localhost";
        }
        return asked.filter(host -> bound.equals(hosts)).orElse(bound.get(0));
    }

    private Outcome listen(String name, String address) throws IOException {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("name", name);
        properties.put("address", address);
        properties.put("style", settings.has(Option.OLDSTYLE) ? "oldstyle" : "newstyle");
        settings.threads().ifPresent(n -> properties.put("threads", n));
        settings.value(Option.TIMEOUT).ifPresent(delay -> properties.put("handshake-timeout", delay));
        if (settings.has(Option.MASK_HANDSHAKE)) {
            properties.put("handshake-flags", settings.handshakeMask());
        }
        if (settings.has(Option.NO_STRUCTURED_REPLIES)) {
            properties.put("structured-replies", Boolean.FALSE);
        }
        if (settings.has(Option.NO_META_CONTEXTS)) {
            properties.put("meta-contexts", Boolean.FALSE);
        }
        needs.addTo(properties);
        Configurations.Made made = configurations.listener(name, properties);
        Optional<ListenerStatus> status = runtime.awaitListener(name, deadline);
        if (status.isPresent() && status.get().listening()) {
            if (properties.containsKey("paused")) {
                paused.add(made);
            }
            return new Outcome(status.get().address(), Optional.empty());
        }
        // or the core would try again
        made.delete();
        String why = status.map(ListenerStatus::why).orElse("");
        return new Outcome(address, Optional.of(why.isEmpty() ? "does not listen after " + deadline.toSeconds() + " seconds; -v says more"
                : why.startsWith(address + ": ") ? why.substring(address.length() + 2) : why));
    }

    private static int portOf(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** Where a listener is, or why it isn't. */
    private record Outcome(String address, Optional<String> failure) {
    }
}
