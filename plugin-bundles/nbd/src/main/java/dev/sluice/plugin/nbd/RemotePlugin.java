package dev.sluice.plugin.nbd;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serves an export of another NBD server. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("nbd")
@Help("an export of another NBD server")
@Parameter(name = "uri", magic = true, help = "the server and the export: nbd://HOST[:PORT]/[EXPORT] or nbd+unix:///[EXPORT]?socket=/PATH")
@Parameter(name = "hostname", aliases = "host", help = "the server's name or address")
@Parameter(name = "port", defaultValue = "10809", help = "the server's TCP port, with hostname=")
@Parameter(name = "socket", type = ParameterType.PATH, help = "the server's Unix socket")
@Parameter(name = "export", help = "the name of the export, with hostname= or socket=; without: the default export")
@Parameter(name = "dynamic-export", type = ParameterType.BOOLEAN, defaultValue = "false",
        help = "each client gets the export that it asks for, and sees the server's list")
@Parameter(name = "shared", type = ParameterType.BOOLEAN, defaultValue = "false", help = "all clients use the same connections")
@Parameter(name = "connections", type = ParameterType.INTEGER, defaultValue = "1",
        help = "connections to the server for each client, 1 to 16, if the server has multi-conn")
@Parameter(name = "retry", type = ParameterType.INTEGER, defaultValue = "0",
        help = "how often to try again to connect, a second apart")
@Parameter(name = "connect-timeout", type = ParameterType.DELAY, defaultValue = "30",
        help = "how long connecting and the handshake may take")
@Parameter(name = "timeout", type = ParameterType.DELAY, defaultValue = "300", help = "how long the server may take for a request")
@Parameter(name = "vsock", help = "refused: the JDK has no such sockets")
@Parameter(name = "socket-fd", help = "refused: Java can't take over a descriptor by its number")
@Parameter(name = "command", help = "refused: start the server and give its socket")
@Parameter(name = "arg", repeatable = true, help = "refused: belongs to command=")
@Parameter(name = "tls", defaultValue = "off", choices = {"off", "on", "require"}, help = "only off is supported")
@Parameter(name = "tls-certificates", type = ParameterType.PATH, help = "refused: TLS is not supported")
@Parameter(name = "tls-verify", type = ParameterType.BOOLEAN, help = "refused: TLS is not supported")
@Parameter(name = "tls-username", help = "refused: TLS is not supported")
@Parameter(name = "tls-psk", type = ParameterType.PATH, help = "refused: TLS is not supported")
public class RemotePlugin implements NbdPlugin {
    private static final int MAX_CONNECTIONS = 16;
    private static final int MAX_RETRIES = 86_400;

    /** Open devices; some questions can be answered by one of them. */
    private final Set<RemoteDevice> devices = ConcurrentHashMap.newKeySet();
    private Settings settings;
    private boolean dynamic;
    private boolean shared;
    private LayerContext context;
    /** Null unless shared. */
    private Upstream common;

    @Override
    public void configure(Parameters p) {
        refuse(p);
        List<String> given = List.of("uri", "hostname", "socket").stream().filter(p::has).toList();
        if (given.size() != 1) {
            throw new ConfigException((given.isEmpty() ? "no server is named" : String.join("= and ", given) + "= were both given")
                    + "; give exactly one of uri=, hostname= and socket=");
        }
        dynamic = p.bool("dynamic-export");
        shared = p.bool("shared");
        Target target = target(p);
        if (dynamic && (shared || !target.export().isEmpty())) {
            throw new ConfigException(shared ? "shared= and dynamic-export= can't go together: the clients' exports differ"
                    : "an export name and dynamic-export= can't go together; leave one of them out");
        }
        settings = new Settings(target, (int) p.integer("connections", 1, MAX_CONNECTIONS), (int) p.integer("retry", 0, MAX_RETRIES),
                nanos(p, "connect-timeout"), nanos(p, "timeout"));
    }

    private static Target target(Parameters p) {
        String export = p.optional("export").orElse("");
        if (p.has("port") && !p.has("hostname")) {
            throw new ConfigException("port= can only be given with hostname=");
        }
        if (p.has("hostname")) {
            return new Target(p.string("hostname"), Target.port(p.string("port")), null, export);
        }
        if (p.has("socket")) {
            return new Target(null, 0, p.path("socket"), export);
        }
        if (p.has("export")) {
            throw new ConfigException("export= can't be given with uri=; put the name into the URI: " + Target.FORMS);
        }
        return Target.parse(p.string("uri"));
    }

    private static long nanos(Parameters p, String name) {
        Duration time = p.delay(name);
        if (time.isZero()) {
            throw new ConfigException(name + "=" + p.string(name) + ": must be more than 0");
        }
        return time.toNanos();
    }

    private static void refuse(Parameters p) {
        if (p.has("command") || p.has("arg")) {
            throw new ConfigException("command= is not supported: start the server on a Unix socket and give socket=PATH");
        }
        if (p.has("socket-fd")) {
            throw new ConfigException(
                    "socket-fd= is not supported, because Java can't take over a descriptor by its number; give socket=PATH");
        }
        if (p.has("vsock")) {
            throw new ConfigException("vsock= is not supported, because the JDK has no such sockets");
        }
        for (String key : List.of("tls-certificates", "tls-verify", "tls-username", "tls-psk")) {
            if (p.has(key)) {
                throw new ConfigException(key + "= is not supported, because this plugin has no TLS; use a tunnel (stunnel, ssh -L)");
            }
        }
        if (!p.string("tls").equals("off")) {
            throw new ConfigException("tls=" + p.string("tls") + " is not supported, because this plugin has no TLS;"
                    + " use tls=off, or a tunnel (stunnel, ssh -L)");
        }
    }

    @Override
    public void ready(LayerContext layerContext) throws Exception {
        context = layerContext;
        if (shared) {
            common = new Upstream(settings, context);
        }
    }

    /** A server may take one client only; the connection itself is handed over. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) {
        if (shared) {
            return new RemoteDevice(this, request, settings, common, true);
        }
        Settings own = dynamic ? settings.withExport(request.exportName()) : settings;
        return new RemoteDevice(this, request, own, new Upstream(own, request), false);
    }

    void opened(RemoteDevice device) {
        devices.add(device);
    }

    void closed(RemoteDevice device) {
        devices.remove(device);
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client) throws IOException {
        if (!dynamic) {
            return NbdPlugin.super.exports(client);
        }
        return ask(settings, Handshake::list);
    }

    @Override
    public String defaultExport(ClientInfo client) throws IOException {
        return dynamic ? ask(settings, h -> h.ask("")).name() : "";
    }

    @Override
    public String description(OpenRequest request) throws IOException {
        Settings asked = dynamic ? settings.withExport(request.exportName()) : settings;
        for (RemoteDevice d : devices) {
            if (d.export().equals(asked.target().export())) {
                return d.description();
            }
        }
        return ask(asked, h -> h.ask(asked.target().export())).description();
    }

    private interface Question<T> {
        T ask(Handshake handshake) throws IOException;
    }

    /** One question on a connection of its own. */
    private <T> T ask(Settings about, Question<T> question) throws IOException {
        return Dialogue.with(about, context, context.cancellation(), (wire, handshake) -> {
            T answer = question.ask(handshake);
            handshake.abort();
            wire.close();
            wire.free();
            return answer;
        });
    }

    @Override
    public Optional<HandOver> release() {
        if (common == null || common.facts() == null) {
            return Optional.empty();
        }
        Map<String, Object> state = new HashMap<>(common.release());
        state.put("server", settings.target().toString());
        state.put("export", settings.target().export());
        return Optional.of(new HandOver(RemoteDevice.FORMAT, RemoteDevice.VERSION, state));
    }

    @Override
    public void adopt(HandOver state) throws Exception {
        if (!state.format().equals(RemoteDevice.FORMAT) || state.version() != RemoteDevice.VERSION) {
            NbdPlugin.super.adopt(state);
        }
        if (common == null) {
            drop(settings, context, state.state());
        } else {
            adopt(common, settings, context, state.state());
        }
    }

    /** Goes on with connections to the same export; others are flushed and closed. */
    static void adopt(Upstream upstream, Settings settings, LayerContext context, Map<String, Object> state) throws IOException {
        if (settings.target().toString().equals(state.get("server")) && settings.target().export().equals(state.get("export"))) {
            upstream.adopt(state);
        } else {
            drop(settings, context, state);
        }
    }

    static void drop(Settings settings, LayerContext context, Map<String, Object> state) throws IOException {
        Upstream theirs = new Upstream(settings, context);
        theirs.adopt(state);
        try {
            if (theirs.facts().has(Proto.SEND_FLUSH) && theirs.isDirty()) {
                Link link = theirs.link(context.cancellation());
                link.call(link.request(Proto.FLUSH, 0, 0, null), 0, null,
                        new Waiting(context.cancellation(), context.clock(), settings.requestNanos()));
            }
        } finally {
            theirs.close();
        }
    }

    @Override
    public void close() {
        if (common != null) {
            common.close();
        }
    }
}
