package dev.sluice.core.view;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.StopMode;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.api.util.LayerLine;
import dev.sluice.core.export.ChainEdits;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.ExportConfig;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.Kinds;
import dev.sluice.core.util.Deadline;
import dev.sluice.core.util.Platform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Changes by operators, passed on to the exports. */
public final class RuntimeControl implements SluiceControl {
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final Platform platform;
    private final Exports exports;
    private final Kinds kinds;
    private final Upgrader upgrader;

    /** How bundles are installed beside each other; the framework's part of an upgrade. */
    public interface Upgrader {
        /** See {@link SluiceControl#upgrade}. */
        List<SwapRecord> upgrade(String location, ChangeOptions options);
    }

    /** For these exports. */
    public RuntimeControl(Platform platform, Exports exports, Kinds kinds, Upgrader upgrader) {
        this.platform = platform;
        this.exports = exports;
        this.kinds = kinds;
        this.upgrader = upgrader;
    }

    private Export export(String name) {
        return exports.find(name).orElseThrow(() -> new ConfigException("there is no export '" + name + "'"));
    }

    @Override
    public ExportStatus create(ExportDefinition definition) {
        exports.add(new ExportConfig(definition.name(), ExportConfig.layers(definition.name(), definition.layers()), true,
                definition.readOnly(), definition.drain(), definition.hold(), Path.of(definition.directory()).toAbsolutePath()));
        return exports.await(definition.name(), Deadline.after(platform, SETTLE)).map(RuntimeView::export)
                .orElseThrow(() -> new ConfigException("export '" + definition.name() + "' was deleted meanwhile"));
    }

    @Override
    public ExportDefinition definition(String name) {
        Export export = export(name);
        ExportConfig c = export.config();
        return new ExportDefinition(c.name(), export.specs().stream().map(RuntimeControl::line).toList(), c.readOnly(), c.drain(), c.hold(),
                c.directory().toString());
    }

    private static String line(ExportConfig.LayerSpec spec) {
        List<String> words = new ArrayList<>();
        words.add(spec.word());
        words.addAll(spec.words());
        return LayerLine.join(words);
    }

    @Override
    public ExportStatus start(String name) {
        Export export = export(name);
        switch (export.state()) {
            case ACTIVE, HELD, STARTING -> throw new ConfigException("export '" + name + "' runs already");
            default -> {
                export.stop().stop("the export starts again");
                return RuntimeView.export(exports.again(export, true));
            }
        }
    }

    @Override
    public void stop(String name, StopMode mode, Duration drain) {
        Export export = export(name);
        Duration limit = drain == null ? export.config().drain() : drain;
        switch (mode) {
            case HIDE -> export.stop().hide();
            case SAFE -> {
                int n = export.connections().size();
                if (n > 0) {
                    throw new ConfigException("export '" + name + "' has " + n + (n == 1 ? " connection" : " connections")
                            + "; a safe stop waits for none");
                }
                stopNow(export, limit);
            }
            case SOFT -> stopNow(export, limit);
            default -> {
                export.connections().forEach(c -> c.disconnectHard("the export was stopped"));
                stopNow(export, limit);
            }
        }
    }

    private void stopNow(Export export, Duration drain) {
        export.stop().stop("the export was stopped", drain);
        exports.again(export, false);
    }

    @Override
    public void delete(String name) {
        exports.remove(export(name), "the export was deleted");
    }

    @Override
    public SwapRecord insert(String export, String line, String position, ChangeOptions options) {
        return export(export).edit(now -> ChainEdits.insert(now, line, position), options);
    }

    @Override
    public SwapRecord remove(String export, String layer, ChangeOptions options) {
        return export(export).edit(now -> ChainEdits.remove(now, layer), options);
    }

    @Override
    public SwapRecord move(String export, String layer, String position, ChangeOptions options) {
        return export(export).edit(now -> ChainEdits.move(now, layer, position), options);
    }

    @Override
    public SwapRecord replace(String export, String layer, String line, ChangeOptions options) {
        return export(export).edit(now -> ChainEdits.replace(now, layer, line), options);
    }

    @Override
    public SwapRecord set(String export, String layer, List<String> words, ChangeOptions options) {
        return export(export).edit(now -> ChainEdits.set(now, layer, words, kinds), options);
    }

    @Override
    public SwapRecord reshape(String export, List<String> layers, ChangeOptions options) {
        return export(export).reshape(ExportConfig.layers(export, layers), options);
    }

    @Override
    public List<SwapRecord> upgrade(String location, ChangeOptions options) {
        return upgrader.upgrade(location, options);
    }
}
