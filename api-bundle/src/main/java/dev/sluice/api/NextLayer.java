package dev.sluice.api;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The layer behind a filter, as the filter sees it. Safe for use by several threads.
 */
@ProviderType
public interface NextLayer {
    /**
     * Opens a device of the next layer for the connection of {@code request}. It is checked by the core: a request
     * that breaks a rule fails before it reaches the layer. The core closes it after the filter's own device, unless
     * the filter closed it before. {@link NbdDevice#prepare()} of a device opened before the filter's {@code open}
     * returned is called by the core; a device that is opened later comes prepared.
     */
    NbdDevice open(OpenRequest request) throws IOException;

    /** The exports of the next layer. */
    List<ExportInfo> exports(ClientInfo client) throws IOException;

    /** The default export of the next layer. */
    String defaultExport(ClientInfo client) throws IOException;

    /** The description that the next layer has for what {@code request} would open; empty for none. */
    String description(OpenRequest request) throws IOException;
}
