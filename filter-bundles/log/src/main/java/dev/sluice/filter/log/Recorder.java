package dev.sluice.filter.log;

import dev.sluice.api.Cancellation;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** Makes lines and gives them to whoever wants them. Immutable. */
final class Recorder {
    private static final System.Logger LOG = System.getLogger("dev.sluice.filter.log");

    private final Clock clock;
    private final Optional<LogFile> file;
    private final Optional<LogScript> script;
    private final Cancellation cancellation;
    private final long connection;

    Recorder(Clock clock, Optional<LogFile> file, Optional<LogScript> script, Cancellation cancellation, long connection) {
        this.clock = clock;
        this.file = file;
        this.script = script;
        this.cancellation = cancellation;
        this.connection = connection;
    }

    /** What is logged around. */
    interface Call<T> {
        T run() throws IOException;
    }

    /** The same, for one connection. */
    Recorder forConnection(long number, Cancellation ofDevice) {
        return new Recorder(clock, file, script, ofDevice, number);
    }

    /** A line of its own. */
    void print(String action, LogFields fields) {
        record(action, LogEntry.Type.PRINT, 0, fields);
    }

    /**
     * A line before a call and one after it.
     *
     * @param result what else the line after a successful call says
     */
    <T> T around(String action, long id, LogFields before, Call<T> call, Function<T, LogFields> result) throws IOException {
        record(action, LogEntry.Type.ENTER, id, before);
        T value;
        try {
            value = call.run();
        } catch (IOException | RuntimeException | Error e) {
            String error = e instanceof NbdException n ? n.error().name() : "EIO";
            record(action, LogEntry.Type.LEAVE, id, new LogFields().number("return", -1).word("error", error));
            throw e;
        }
        record(action, LogEntry.Type.LEAVE, id, result.apply(value).number("return", 0));
        return value;
    }

    private void record(String action, LogEntry.Type type, long id, LogFields fields) {
        LogEntry entry = new LogEntry(clock.instant(), connection, action, type, id, fields);
        if (file.isPresent()) {
            file.get().line(entry.line());
        }
        if (script.isPresent()) {
            script.get().run(entry, cancellation);
        }
        if (file.isEmpty() && script.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, entry::message);
        }
    }
}
