package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.api.util.LayerLine;
import dev.sluice.api.util.ParameterParser;
import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerScope;
import dev.sluice.core.chain.Services;
import dev.sluice.core.chain.Turns;
import dev.sluice.core.gate.CallGate;
import dev.sluice.core.util.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes, configures and disposes of the layers of one export. */
final class LayerFactory {
    private static final System.Logger LOG = System.getLogger("dev.sluice.export");

    private final String export;
    private final Services services;
    private final CallGate gate;
    private final Turns turns;

    LayerFactory(String export, Services services, CallGate gate, Turns turns) {
        this.export = export;
        this.services = services;
        this.gate = gate;
        this.turns = turns;
    }

    /**
     * One object of the kind, configured but not ready.
     *
     * @throws ConfigException in one line; nothing is left
     */
    Layer configured(Kind kind, ExportConfig.LayerSpec spec, ExportConfig config) {
        Parameters parameters = ParameterParser.parse(kind.type(), spec.kind(), spec.words(), config.directory());
        NbdLayer instance = kind.create();
        Layer layer = new Layer(spec.kind(), display(kind.declared(), spec), kind.bundle() + " " + kind.version(), instance,
                new LayerScope(export, services, gate, turns));
        try {
            instance.configure(parameters);
        } catch (Throwable t) {
            dispose(kind, layer);
            throw described(spec, t);
        }
        return layer;
    }

    /**
     * Readies a configured layer.
     *
     * @throws ConfigException in one line; the caller disposes of the layer
     */
    void ready(Layer layer, ExportConfig.LayerSpec spec) {
        try {
            layer.ready();
        } catch (Throwable t) {
            throw described(spec, t);
        }
    }

    /** Ends a layer: its tasks, itself, and its object. */
    void dispose(Kind kind, Layer layer) {
        layer.scope().cancel("the layer ends");
        Failures failures = new Failures();
        failures.run(layer.instance()::close);
        failures.run(() -> kind.release(layer.instance()));
        if (failures.first() != null) {
            LOG.log(System.Logger.Level.WARNING, "export " + export + ": closing " + layer.kind() + ": "
                    + Failures.line(failures.first()));
        }
    }

    private static ConfigException described(ExportConfig.LayerSpec spec, Throwable t) {
        String line = Failures.line(t);
        return new ConfigException(line.startsWith(spec.kind() + ":") ? line : spec.kind() + ": " + line, t);
    }

    /** The line for people of a kind that is not there: its keys, and no value. */
    static String display(ExportConfig.LayerSpec spec) {
        List<String> words = new ArrayList<>();
        words.add(spec.word());
        for (String word : spec.words()) {
            int eq = word.indexOf('=');
            words.add(eq > 0 && DeclaredParameters.isKey(word.substring(0, eq)) ? word.substring(0, eq + 1) + "***" : "***");
        }
        return LayerLine.join(words);
    }

    /** The line for people: secrets are not shown. */
    static String display(DeclaredParameters declared, ExportConfig.LayerSpec spec) {
        List<String> words = new ArrayList<>();
        words.add(spec.word());
        for (String word : spec.words()) {
            int eq = word.indexOf('=');
            boolean keyed = eq > 0 && DeclaredParameters.isKey(word.substring(0, eq));
            Optional<Parameter> p = keyed ? declared.find(word.substring(0, eq)) : declared.magic();
            boolean secret = p.map(DeclaredParameters::isSecret).orElse(false);
            words.add(secret ? (keyed ? word.substring(0, eq + 1) : "") + "***" : word);
        }
        return LayerLine.join(words);
    }
}
