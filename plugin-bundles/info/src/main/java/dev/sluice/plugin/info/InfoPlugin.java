package dev.sluice.plugin.info;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** A small disk whose bytes are facts about the connection or the server. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("info")
@Help("tells about the connection and the server in its bytes")
@Parameter(name = "mode", magic = true, defaultValue = "exportname",
        help = "what to tell: exportname, base64exportname, address, time, uptime, conntime or version")
public class InfoPlugin implements NbdPlugin {
    static final String FORMAT = "dev.sluice.plugin.info";
    static final int VERSION = 1;

    private final Clock wallClock;
    private Mode mode;
    private LongSupplier clock;
    /** When the export started, on {@link #clock}; another one after a swap, before any device is opened. */
    private volatile long started;

    /** As the component runtime makes it. */
    public InfoPlugin() {
        this(Clock.systemUTC());
    }

    /** With another time of day; for tests. */
    InfoPlugin(Clock wallClock) {
        this.wallClock = wallClock;
    }

    @Override
    public void configure(Parameters parameters) {
        mode = Mode.parse(parameters.string("mode"));
    }

    @Override
    public void ready(LayerContext context) {
        clock = context.clock();
        started = clock.getAsLong();
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        return switch (mode) {
            case EXPORTNAME -> text(request.exportName().getBytes(StandardCharsets.UTF_8));
            case BASE64EXPORTNAME -> text(decode(request.exportName()));
            case ADDRESS -> text(Addresses.of(request.client().peer()).getBytes(StandardCharsets.US_ASCII));
            case VERSION -> text(version());
            case TIME -> ClockDevice.timeOfDay(wallClock);
            case UPTIME -> ClockDevice.since(clock, () -> started);
            case CONNTIME -> new ConnectionClockDevice(clock);
        };
    }

    private NbdDevice text(byte[] bytes) {
        return new TextDevice(bytes, mode.isShared());
    }

    private static byte[] decode(String name) throws NbdException {
        String compact = name.replaceAll("\\s", "");
        try {
            byte[] bytes = Base64.getDecoder().decode(compact);
            // the decoder also takes text without its padding, and bits that belong to no byte
            if (Base64.getEncoder().encodeToString(bytes).equals(compact)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // the message below says what there is to say
        }
        throw new NbdException(NbdError.EINVAL, "export name '" + name + "' is no base64, which mode=base64exportname needs");
    }

    private static byte[] version() throws IOException {
        try (InputStream in = InfoPlugin.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip().getBytes(StandardCharsets.US_ASCII);
        }
    }

    @Override
    public Optional<HandOver> release() {
        return Optional.of(new HandOver(FORMAT, VERSION, Map.of("started", started)));
    }

    @Override
    public void adopt(HandOver state) {
        started = checked(state, "started");
    }

    /** The point in time in a hand-over of this plugin. */
    static long checked(HandOver state, String key) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION || !(state.state().get(key) instanceof Long time)) {
            throw new ConfigException("info takes over a time '" + key + "' of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        return time;
    }
}
