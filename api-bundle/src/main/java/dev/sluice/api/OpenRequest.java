package dev.sluice.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * One client opens one export. As a {@link LayerContext} it belongs to the device: tasks end and the cancellation
 * fires when the device must close.
 */
@ProviderType
public interface OpenRequest extends LayerContext {
    /** The name that the client asked for, after the default export was put in place of the empty name. */
    String exportName();

    /** Whether the device will only be read; a filter can ask the next layer for another value. */
    boolean readOnly();

    /** Who opens. */
    ClientInfo client();

    /** The same request under another export name, for {@link NextLayer#open}. */
    OpenRequest withExportName(String name);

    /** The same request, read-only or not, for {@link NextLayer#open}. */
    OpenRequest withReadOnly(boolean readOnly);
}
