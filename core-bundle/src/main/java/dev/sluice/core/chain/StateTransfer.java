package dev.sluice.core.chain;

import dev.sluice.api.HandOver;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.util.Failures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the layers and devices that are replaced in a change hand over to their successors: it is taken, given on, and
 * given back where the change is refused. Used by the thread of the change; who gives that thread up calls {@link #restore}.
 */
final class StateTransfer {
    /** New layer to the old one whose state it takes over. */
    private final Map<Layer, Layer> successors;
    /** Logs what fails while things go back. */
    private final Layer first;
    private final Strand strand;
    private final Map<Layer, HandOver> layerStates = new LinkedHashMap<>();
    private final Map<OpenDevice, HandOver> deviceStates = new LinkedHashMap<>();
    private final Map<Layer, Layer> adopted = new LinkedHashMap<>();
    private final Map<OpenDevice, OpenDevice> adoptedDevices = new LinkedHashMap<>();

    StateTransfer(Map<Layer, Layer> successors, Layer first, Strand strand) {
        this.successors = successors;
        this.first = first;
        this.strand = strand;
    }

    /** Takes the state of every device and layer that is replaced. */
    void release(List<Chain> chains) throws NbdException {
        for (Layer old : successors.values()) {
            try {
                for (Chain chain : chains) {
                    OpenDevice device = ChainLine.find(ChainLine.of(chain), old);
                    if (device == null) {
                        continue;
                    }
                    Optional<HandOver> state = HandOvers.checked(old.kind(), device.target.release());
                    if (!keep(deviceStates, device, state) && state.isPresent()) {
                        device.target.adopt(state.get());
                    }
                    strand.check();
                }
                Optional<HandOver> state = HandOvers.checked(old.kind(), old.instance().release());
                if (!keep(layerStates, old, state) && state.isPresent()) {
                    old.instance().adopt(state.get());
                }
                strand.check();
            } catch (Strand.StrandedException e) {
                throw e;
            } catch (Throwable t) {
                throw old.failures().failed("release", t);
            }
        }
    }

    /** Gives the layers theirs. */
    void adoptLayers() throws NbdException {
        for (Map.Entry<Layer, Layer> pair : successors.entrySet()) {
            HandOver state = layerStates.get(pair.getValue());
            if (state != null) {
                adopt(pair.getKey(), state);
                adopted.put(pair.getKey(), pair.getValue());
                strand.check();
            }
        }
    }

    private static void adopt(Layer layer, HandOver state) throws NbdException {
        try {
            layer.instance().adopt(state);
        } catch (Throwable t) {
            throw refused(layer, t);
        }
    }

    /**
     * Gives a device its own, if there is one and it has not got it yet.
     *
     * @param line of the chain as it is
     */
    void adoptDevice(OpenDevice device, List<OpenDevice> line) throws NbdException {
        Layer old = successors.get(device.layer);
        OpenDevice source = old == null ? null : ChainLine.find(line, old);
        HandOver state = source == null ? null : deviceStates.get(source);
        if (state != null && !adoptedDevices.containsKey(device)) {
            try {
                device.target.adopt(state);
            } catch (Throwable t) {
                throw refused(device.layer, t);
            }
            adoptedDevices.put(device, source);
            strand.check();
        }
    }

    /** False if nobody would give it back: the change was given up meanwhile. */
    private <K> boolean keep(Map<K, HandOver> states, K from, Optional<HandOver> state) {
        return strand.unlessGivenUp(() -> state.ifPresent(s -> states.put(from, s)));
    }

    /** What a new layer throws is the operator's to read: no client has seen it, and nothing is logged as a fault. */
    static NbdException refused(Layer layer, Throwable t) {
        String line = Failures.line(t);
        String text = line.startsWith(layer.kind() + ":") ? line : layer.kind() + ": " + line;
        return new NbdException(t instanceof NbdException e ? e.error() : NbdError.EINVAL, text, t);
    }

    /** Takes from the new layers what they have adopted. */
    void giveBack() {
        Failures failures = new Failures();
        for (OpenDevice device : List.copyOf(adoptedDevices.keySet())) {
            OpenDevice source = adoptedDevices.remove(device);
            failures.run(() -> takeFrom(deviceStates, source, () -> device.target.release()));
        }
        for (Layer layer : List.copyOf(adopted.keySet())) {
            Layer old = adopted.remove(layer);
            failures.run(() -> takeFrom(layerStates, old, () -> layer.instance().release()));
        }
        report(failures);
    }

    private interface Release {
        Optional<HandOver> run() throws Exception;
    }

    /** Who was given up gives nothing back: the old layer has its own again. What it has besides is given up with it. */
    private <K> void takeFrom(Map<K, HandOver> states, K old, Release release) throws Exception {
        Optional<HandOver> state = release.run();
        if (!keep(states, old, state)) {
            HandOvers.discardAllBut(states.get(old), state.orElse(null));
        }
    }

    private void report(Failures failures) {
        if (failures.first() != null && !(failures.first() instanceof Strand.StrandedException)) {
            first.failures().failed("roll back", failures.first());
        }
    }

    /** Gives the old layers their state again; the gates are still shut. */
    void restore() {
        Failures failures = new Failures();
        layerStates.forEach((old, state) -> failures.run(() -> old.instance().adopt(state)));
        deviceStates.forEach((source, state) -> failures.run(() -> source.target.adopt(state)));
        report(failures);
    }
}
