package dev.sluice.core.chain;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.util.ArrayList;
import java.util.List;

/** A chain as a list of devices. */
final class ChainLine {
    private ChainLine() {
    }

    /**
     * The devices of a chain, one per layer, from the client inwards. It ends early at a filter that has nothing open behind
     * it for the moment, as one that tries again later.
     */
    static List<OpenDevice> of(Chain chain) throws NbdException {
        List<OpenDevice> line = new ArrayList<>();
        DeviceNode node = chain.top();
        while (true) {
            line.add(node.device);
            List<DeviceNode> children = chain.childrenOf(node.device);
            if (children.isEmpty()) {
                return line;
            }
            if (children.size() != 1) {
                throw new NbdException(NbdError.EINVAL, "filter '" + node.device.layer.kind() + "' has " + children.size()
                        + " devices open behind it, so the layers around it can't be changed under clients");
            }
            node = children.get(0);
        }
    }

    /** The device of this layer; null if there is none. */
    static OpenDevice find(List<OpenDevice> line, Layer layer) {
        return line.stream().filter(d -> d.layer == layer).findFirst().orElse(null);
    }
}
