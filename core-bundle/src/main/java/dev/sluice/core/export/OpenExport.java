package dev.sluice.core.export;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import java.util.List;

/**
 * An export that one client has open: its chain of devices and the gate in front of it.
 */
public interface OpenExport extends AutoCloseable {
    /** The name it was opened under, after the default export was put in place of the empty name. */
    String name();

    /** Size and capabilities as the client is told; constant. */
    DeviceInfo info();

    /** For people; empty for none. */
    String description() throws NbdException;

    /** Contexts besides base:allocation. */
    List<MetaContext> contexts();

    /** Closes the devices, from the client inwards; waits for calls that are inside. Closing twice does nothing. */
    @Override
    void close();
}
