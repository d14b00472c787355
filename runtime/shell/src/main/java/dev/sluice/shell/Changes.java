package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.StopMode;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.api.util.Delays;
import dev.sluice.api.util.LayerLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The commands that change something. */
final class Changes {
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final SluiceRuntime runtime;
    private final SluiceControl control;
    private final Store store;
    private final Views views;

    Changes(SluiceRuntime runtime, SluiceControl control, Store store, Views views) {
        this.runtime = runtime;
        this.control = control;
        this.store = store;
        this.views = views;
    }

    String export(Words words) {
        String name = words.plain().get(0);
        List<String> layers = new ArrayList<>();
        words.filters().forEach(f -> layers.add(LayerLine.join(f)));
        layers.add(LayerLine.join(words.plain().subList(1, words.plain().size())));
        ExportDefinition plain = ExportDefinition.of(name, layers);
        ExportDefinition definition = new ExportDefinition(name, layers, words.has(Flag.READ_ONLY), plain.drain(), plain.hold(),
                store.directory());
        if (runtime.exports().stream().anyMatch(e -> e.name().equals(name))) {
            throw new ConfigException("there is an export '" + name + "' already; nbd:delete ends it, nbd:replace changes it");
        }
        if (words.has(Flag.DRY_RUN)) {
            return Views.named(name) + " would be made: " + String.join(" > ", layers) + missing(words);
        }
        ExportStatus made = control.create(definition);
        if (made.state() == ExportState.FAILED) {
            control.delete(name);
            throw new ConfigException(made.why());
        }
        return views.outcome(name, SETTLE) + saved(words, name, true);
    }

    /** The kinds that are named and not there; the export would wait for them. */
    private String missing(Words words) {
        List<String> missing = new ArrayList<>();
        for (List<String> filter : words.filters()) {
            if (isMissing(filter.get(0), true)) {
                missing.add("filter '" + filter.get(0) + "'");
            }
        }
        if (isMissing(words.plain().get(1), false)) {
            missing.add("plugin '" + words.plain().get(1) + "'");
        }
        return missing.isEmpty() ? "" : "\nit would wait for " + String.join(", ", missing);
    }

    private boolean isMissing(String name, boolean filter) {
        return runtime.kinds().stream().noneMatch(k -> k.filter() == filter && k.name().equals(name));
    }

    String start(Words words) {
        String name = words.plain().get(0);
        control.start(views.export(name).name());
        return views.outcome(name, SETTLE) + saved(words, name, true);
    }

    String stop(Words words) {
        String name = views.export(words.plain().get(0)).name();
        StopMode mode = words.option(Flag.MODE).map(Changes::mode).orElse(StopMode.SAFE);
        if (mode == StopMode.HIDE && words.has(Flag.SAVE)) {
            throw new ConfigException("--save would stop the export, and its clients are to stay; save another mode");
        }
        control.stop(name, mode, words.option(Flag.DRAIN).map(Changes::drain).orElse(null));
        String done = mode == StopMode.HIDE ? Views.named(name) + " takes no new clients; "
                + Units.count(views.export(name).connections(), "client") + " stay" : Views.named(name) + " is stopped";
        return done + saved(words, name, false);
    }

    private static StopMode mode(String text) {
        try {
            return StopMode.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ConfigException("--mode " + text + ": one of " + Arrays.stream(StopMode.values())
                    .map(m -> m.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", ")) + " is meant", e);
        }
    }

    private static Duration drain(String text) {
        try {
            return Delays.parse(text);
        } catch (ConfigException e) {
            throw new ConfigException("--drain " + text + ": " + e.getMessage(), e);
        }
    }

    String delete(Words words) {
        String name = words.plain().get(0);
        ExportStatus status = views.export(name);
        if (status.connections() > 0 && !words.has(Flag.FORCE)) {
            throw new ConfigException("export '" + name + "' has " + Units.count(status.connections(), "client")
                    + "; stop it first, or say --force to cut them off");
        }
        control.delete(name);
        String done = Views.named(name) + " is deleted";
        return !words.has(Flag.SAVE) ? done
                : unlessLost(() -> store.forget(name)).map(from -> done + "\ndeleted " + from).orElse(done + "\nit was not saved");
    }

    String insert(Words words) {
        String name = words.plain().get(0);
        return changed(words, name, control.insert(name, line(words, 1), words.position(), options(words)));
    }

    String remove(Words words) {
        String name = words.plain().get(0);
        return changed(words, name, control.remove(name, words.plain().get(1), options(words)));
    }

    String move(Words words) {
        String name = words.plain().get(0);
        if (words.position().isEmpty()) {
            throw new ConfigException("where to? usage: " + Command.MOVE.synopsis());
        }
        return changed(words, name, control.move(name, words.plain().get(1), words.position(), options(words)));
    }

    String replace(Words words) {
        String name = words.plain().get(0);
        return changed(words, name, control.replace(name, words.plain().get(1), line(words, 2), options(words)));
    }

    String set(Words words) {
        String name = words.plain().get(0);
        List<String> parameters = words.plain().subList(2, words.plain().size());
        return changed(words, name, control.set(name, words.plain().get(1), parameters, options(words)));
    }

    String upgrade(Words words) {
        String location = words.plain().get(0);
        if (!words.has(Flag.SAVE) || words.has(Flag.DRY_RUN)) {
            return upgraded(location, control.upgrade(resolved(location), options(words)));
        }
        Store.Incoming incoming = store.incoming(resolved(location));
        List<SwapRecord> records;
        try {
            records = control.upgrade(incoming.location(), options(words));
        } catch (RuntimeException e) {
            incoming.discard();
            throw e;
        }
        return upgraded(location, records) + "\nsaved in " + unlessLost(incoming::keep);
    }

    /** File names are relative to the directory of the server, if it has one. */
    private String resolved(String location) {
        boolean file = location.indexOf(':') < 2;
        return file && !store.directory().isEmpty() ? Path.of(store.directory()).resolve(location).toString() : location;
    }

    private static String upgraded(String location, List<SwapRecord> records) {
        return records.isEmpty() ? location + ": no export used the old bundle"
                : records.stream().map(Changes::done).collect(Collectors.joining("\n"));
    }

    private String changed(Words words, String name, SwapRecord record) {
        String done = done(record);
        if (words.has(Flag.DRY_RUN)) {
            return done;
        }
        return done + "\nnow: " + Views.chain(views.export(name)) + saved(words, name, true);
    }

    private static String done(SwapRecord record) {
        String clients = record.connections() == 0 ? "" : " (" + Units.count(record.connections(), "client")
                + (record.result().equals("ok") ? " waited " + Units.pause(record.pause()) : "") + ")";
        String line = Views.named(record.export()) + ": " + record.what() + ": " + record.result() + clients;
        return record.stranded().isEmpty() ? line : line + "\nstranded: " + String.join("\nstranded: ", record.stranded());
    }

    private String saved(Words words, String name, boolean enabled) {
        return words.has(Flag.SAVE) ? "\nsaved in " + unlessLost(() -> store.save(control.definition(name), enabled)) : "";
    }

    /** The change is done; only that it lasts could not be brought about. */
    private static <T> T unlessLost(Supplier<T> saving) {
        try {
            return saving.get();
        } catch (RuntimeException e) {
            throw new ConfigException("done, but not saved: " + e.getMessage(), e);
        }
    }

    private static String line(Words words, int from) {
        return LayerLine.join(words.plain().subList(from, words.plain().size()));
    }

    private static ChangeOptions options(Words words) {
        return new ChangeOptions(words.has(Flag.DRY_RUN), words.has(Flag.CHANGES_DATA), words.has(Flag.FORCE));
    }
}
