package dev.sluice.core.export;

import dev.sluice.core.chain.Layer;
import dev.sluice.core.chain.LayerSwap;

/**
 * One place in an export's chain: what is configured for it, and the layer that fills it. Changed only by the export's
 * operations; read by anybody.
 */
public final class LayerSlot {
    private final ExportConfig.LayerSpec spec;
    private volatile Kind kind;
    private volatile Layer layer;
    private volatile LayerSwap waiting;
    private volatile String line = "";

    LayerSlot(ExportConfig.LayerSpec spec, Kind kind) {
        this.spec = spec;
        this.kind = kind;
    }

    /** What is configured for it. */
    public ExportConfig.LayerSpec spec() {
        return spec;
    }

    /** The service that made its layer; null while there is none. */
    public Kind kind() {
        return kind;
    }

    /** Its layer; null while there is none. */
    public Layer layer() {
        return layer;
    }

    /** As configured, without secrets; also while its layer is away. Empty before there was one. */
    String line() {
        return line;
    }

    void set(Kind newKind, Layer newLayer) {
        kind = newKind;
        layer = newLayer;
        if (newLayer != null) {
            line = newLayer.line();
        }
    }

    /** What the layer that has gone left for its successor; null if there is nothing to wait for. */
    LayerSwap waiting() {
        return waiting;
    }

    void setWaiting(LayerSwap left) {
        waiting = left;
    }
}
