package dev.sluice.core.chain;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.contract.TestClient;
import dev.sluice.core.gate.CallGate;
import java.util.ArrayList;
import java.util.List;

/** Makes chains of a test's own layers. */
public final class Chains {
    private final CoreServices core;
    private final CallGate gate;
    private final Turns turns;

    /** With these services. */
    public Chains(CoreServices core) {
        this.core = core;
        this.gate = new CallGate(core.services.platform(), "other calls");
        this.turns = new Turns(core.services.platform(), "e");
    }

    /** One layer. */
    public Layer layer(String kind, NbdLayer instance) {
        return new Layer(kind, kind, "bundle 1.0.0", instance, new LayerScope("e", core.services, gate, turns));
    }

    /** Layers, nearest the client first. */
    public List<Layer> layers(NbdLayer... instances) {
        List<Layer> layers = new ArrayList<>();
        for (NbdLayer i : instances) {
            layers.add(layer("layer" + (layers.size() + 1), i));
        }
        return layers;
    }

    /** A chain, open for a client. */
    public Chain open(NbdLayer... instances) throws NbdException {
        return Chain.open(layers(instances), new TestClient(1), "e", false);
    }

    /** A chain around one device, and its layer. */
    public Single around(NbdDevice device) throws NbdException {
        return around(device, false);
    }

    /** A chain around one device that may be read-only. */
    public Single around(NbdDevice device, boolean readOnly) throws NbdException {
        Layer layer = layer("fake", new NbdPlugin() {
            @Override
            public NbdDevice open(OpenRequest request) {
                return device;
            }
        });
        return new Single(Chain.open(List.of(layer), new TestClient(1), "e", readOnly), layer);
    }

    /** A chain of one layer. */
    public record Single(Chain chain, Layer layer) {
        /** What requests go to. */
        public NbdDevice device() {
            return chain.device();
        }
    }
}
