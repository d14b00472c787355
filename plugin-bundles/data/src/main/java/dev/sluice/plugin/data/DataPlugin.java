package dev.sluice.plugin.data;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.PluginName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * A small disk whose contents are described by the operator. All clients share it; what they write is lost at the end, but
 * not in a live change.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdPlugin.class)
@PluginName("data")
@Help("disk in memory whose contents are described in its parameters")
@Parameter(name = "data", magic = true, help = "the contents as an expression, or")
@Parameter(name = "raw", help = "the contents as they are, or")
@Parameter(name = "base64", help = "the contents in base64")
@Parameter(name = "size", type = ParameterType.SIZE, help = "cuts the contents off there, or puts a hole behind them")
@Parameter(name = "allocator", choices = {"sparse", "malloc", "zstd"}, defaultValue = "sparse",
        help = "how memory is found: sparse; malloc is the same here; zstd is not supported")
@Parameter(name = "script-timeout", type = ParameterType.DELAY, defaultValue = "60", help = "how long all <(SCRIPT) together may take")
@OpenParameters
public class DataPlugin implements NbdPlugin {
    private static final String FORMAT = "dev.sluice.plugin.data";
    private static final int VERSION = 1;
    private static final List<String> CONTENTS = List.of("data", "raw", "base64");
    private static final Set<String> DECLARED = Set.of("data", "raw", "base64", "size", "allocator", "script-timeout");

    /** Key and value in turn of all that the contents depend on. */
    private final List<String> definition = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private String kind;
    private String text;
    private OptionalLong size;
    private Duration scriptTimeout;
    private Path directory;
    private LayerContext context;

    private final Object lock = new Object();
    /** Guarded by lock, as all below; null before ready and after a release. */
    private DataDisk disk;
    /** The state of a predecessor with other contents, which gets it back if the change of contents fails; may be null. */
    private Map<String, Object> previous;

    @Override
    public void configure(Parameters parameters) {
        if (parameters.string("allocator").equals("zstd")) {
            throw new ConfigException("allocator=zstd is not supported: there is no compressed memory here, use allocator=sparse");
        }
        for (Parameters.Word word : parameters.words()) {
            take(word);
        }
        if (kind == null) {
            throw new ConfigException("data: exactly one of data=EXPRESSION, raw=BYTES and base64=TEXT must be given, and none was");
        }
        if (!kind.equals("data") && !variables.isEmpty()) {
            throw new ConfigException("data: " + variables.keySet().iterator().next()
                    + "= is a variable, which only data=EXPRESSION can use, not " + kind + "=");
        }
        size = parameters.optionalSize("size");
        scriptTimeout = parameters.delay("script-timeout");
        directory = parameters.directory();
    }

    private void take(Parameters.Word word) {
        boolean variable = !DECLARED.contains(word.name());
        if (CONTENTS.contains(word.name())) {
            if (kind != null) {
                throw new ConfigException("data: exactly one of data=EXPRESSION, raw=BYTES and base64=TEXT must be given, not both "
                        + kind + "= and " + word.name() + "=");
            }
            kind = word.name();
            text = word.value();
        } else if (variable) {
            variables.put(word.name(), word.value());
        }
        if (variable || CONTENTS.contains(word.name()) || word.name().equals("size")) {
            definition.add(word.name());
            definition.add(word.value());
        }
    }

    /** Here and not in configure, because files are read and scripts run. */
    @Override
    public void ready(LayerContext layerContext) {
        context = layerContext;
        Images images = new Images();
        Image image = switch (kind) {
            case "raw" -> images.bytes(text.getBytes(StandardCharsets.UTF_8));
            case "base64" -> images.bytes(decoded());
            default -> parsed();
        };
        synchronized (lock) {
            disk = new DataDisk(size.isPresent() ? images.resize(image, size.getAsLong()) : image, context.buffers());
        }
    }

    private byte[] decoded() {
        byte[] bytes = Base64Text.decode(text);
        if (bytes == null) {
            throw new ConfigException("data: base64=" + Scanner.shorten(text) + ": this is no base64");
        }
        return bytes;
    }

    private Image parsed() {
        try {
            return Parser.parse(text, new OperatorSources(variables, directory, scriptTimeout, context));
        } catch (ConfigException e) {
            throw new ConfigException("data: " + e.getMessage(), e);
        }
    }

    /** Devices only make sense on the disk of the predecessor. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        synchronized (lock) {
            if (disk == null) {
                throw new NbdException(NbdError.ESHUTDOWN, "this disk was handed over to another object");
            }
            return new DataDevice(disk, request.readOnly());
        }
    }

    @Override
    public Optional<HandOver> release() {
        synchronized (lock) {
            Map<String, Object> state = new HashMap<>(disk.state());
            state.put("definition", List.copyOf(definition));
            if (previous != null) {
                state.put("previous", previous);
            }
            disk = null;
            previous = null;
            return Optional.of(new HandOver(FORMAT, VERSION, state));
        }
    }

    /**
     * The disk of a predecessor with the same words goes on, whatever files and scripts say by now. With other words the new
     * contents take its place, and the old disk is kept until the next change: it may be wanted back.
     */
    @Override
    public void adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("data takes over a disk of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        synchronized (lock) {
            if (isOurs(state.state())) {
                disk = DataDisk.adopt(state.state(), context.buffers());
                previous = null;
                drop(state.state().get("previous"));
                return;
            }
            Object before = state.state().get("previous");
            if (isOurs(before)) {
                disk = DataDisk.adopt(cast(before), context.buffers());
                previous = null;
                drop(state.state());
                return;
            }
            drop(before);
            previous = new HashMap<>(state.state());
            previous.remove("previous");
        }
    }

    private boolean isOurs(Object state) {
        return state != null && definition.equals(cast(state).get("definition"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Object state) {
        return (Map<String, Object>) state;
    }

    private void drop(Object state) {
        if (state != null) {
            DataDisk.adopt(cast(state), context.buffers()).close();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (disk != null) {
                disk.close();
                disk = null;
            }
            drop(previous);
            previous = null;
        }
    }
}
