package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;
import dev.sluice.shared.connections.OpenConnections;

/** Passes everything on, and says when it is closed. */
final class IpDevice extends ForwardingDevice {
    private final OpenConnections connections;
    private final ClientInfo client;

    IpDevice(NbdDevice next, OpenConnections connections, ClientInfo client) {
        super(next);
        this.connections = connections;
        this.client = client;
    }

    @Override
    public void close() {
        connections.close(client);
    }
}
