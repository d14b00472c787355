package dev.sluice.filter.log;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.HandOver;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import dev.sluice.api.SharedFile;
import dev.sluice.api.Transparent;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Writes down every request before it goes on and after it has come back: into a file, to a script, or, with neither, to
 * the server's log. In a swap the successor goes on in the same file, and its devices go on counting.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("log")
@Help("writes down every request")
@Transparent
@Parameter(name = "logfile", type = ParameterType.PATH, help = "write lines into this file")
@Parameter(name = "logscript", help = "run this shell script for each line")
@Parameter(name = "logappend", type = ParameterType.BOOLEAN, defaultValue = "false", help = "keep what is in the file already")
public class LogFilter implements NbdFilter {
    private static final String FORMAT = "dev.sluice.filter.log";
    private static final int VERSION = 1;
    /** nbdkit's number of the model parallel. */
    private static final int PARALLEL = 3;

    private final Clock clock;
    private final AtomicLong lists = new AtomicLong();
    private final AtomicLong clients = new AtomicLong();
    private Optional<Path> path = Optional.empty();
    private boolean append;
    private Optional<LogScript> script = Optional.empty();
    private LogFile file;
    private Recorder recorder;

    /** What the component runtime calls. */
    @Activate
    public LogFilter() {
        this(Clock.systemUTC());
    }

    /** With another clock for the time stamps. */
    LogFilter(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void configure(Parameters parameters) {
        path = parameters.has("logfile") ? Optional.of(parameters.path("logfile")) : Optional.empty();
        script = parameters.optional("logscript").map(LogScript::new);
        append = parameters.bool("logappend");
    }

    @Override
    public void ready(LayerContext context) {
        if (path.isPresent()) {
            try {
                file = LogFile.open(context.files(), path.get(), append);
            } catch (IOException e) {
                throw new ConfigException("log: logfile=" + path.get() + ": can't be opened: " + Failures.reason(e), e);
            }
        }
        recorder = new Recorder(clock, Optional.ofNullable(file), script, context.cancellation(), 0);
        recorder.print("Ready", new LogFields().number("thread_model", PARALLEL));
    }

    /** Devices must know when they are opened whether they follow another one, or they would announce a new client. */
    @Override
    public boolean exclusive() {
        return true;
    }

    @Override
    public void preconnect(ClientInfo client) throws IOException {
        // the core asks each layer by itself, so unlike in nbdkit nothing happens between the two lines
        recorder.around("Preconnect", clients.incrementAndGet(), new LogFields().flag("readonly", client.readOnly()), () -> null,
                nothing -> new LogFields());
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        return recorder.around("ListExports", lists.incrementAndGet(),
                new LogFields().flag("readonly", client.readOnly()).flag("tls", client.tls()),
                () -> next.exports(client),
                all -> new LogFields().list("exports", all.stream().map(e -> LogFields.quote(e.name())).toList()));
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        Recorder own = recorder.forConnection(request.client().connection(), request.cancellation());
        return new LogDevice(next.open(request), own, request.exportName(), request.client().tls());
    }

    @Override
    public Optional<HandOver> release() {
        return file == null ? Optional.empty() : Optional.of(new HandOver(FORMAT, VERSION, Map.of("file", file.release())));
    }

    @Override
    public void adopt(HandOver state) throws IOException {
        if (!state.format().equals(FORMAT) || !(state.state().get("file") instanceof SharedFile handed)) {
            throw new ConfigException("log: can't take over state of format '" + state.format() + "' version " + state.version());
        }
        if (file == null) {
            handed.close();
        } else {
            file.adopt(handed);
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
