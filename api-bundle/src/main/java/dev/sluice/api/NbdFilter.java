package dev.sluice.api;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A layer in front of a plugin or of another filter. An implementation is a prototype-scoped Declarative Services
 * component that names itself with {@link FilterName}, declares its parameters with {@link Parameter}, and carries
 * {@link Transparent} when its presence changes neither bytes nor effects.
 *
 * <p>Most filters return a subclass of {@link dev.sluice.api.util.ForwardingDevice} from {@link #open} and
 * override what they change.
 *
 * <p>This is a provider type: a filter imports {@code dev.sluice.api;version="[1.1,1.2)"}; see the package
 * description for the reason. Life cycle and threads: {@link NbdLayer}.
 */
@ProviderType
public interface NbdFilter extends NbdLayer {
    /**
     * Opens this filter's device for one client. The filter calls {@code next.open} now, later, again or never.
     *
     * @throws NbdException or any {@link IOException}: the client is told that the export is not available, with
     *     the text of the exception; devices that were opened through {@code next} are closed by the core
     */
    NbdDevice open(OpenRequest request, NextLayer next) throws IOException;

    /** The exports to show; by default those of the next layer. */
    default List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        return next.exports(client);
    }

    /** The name that stands for the empty export name; by default that of the next layer. */
    default String defaultExport(ClientInfo client, NextLayer next) throws IOException {
        return next.defaultExport(client);
    }

    /** A description for people; by default that of the next layer. */
    default String description(OpenRequest request, NextLayer next) throws IOException {
        return next.description(request);
    }

    /**
     * The layer is about to be taken out of a live chain: bring home what it holds back, with {@code next} already
     * drained and no call inside. Called once per device before a removal.
     *
     * @param device what {@link #open} returned
     * @param force the operator accepts that what can't be brought home is lost or, where the filter has such a
     *     notion, is committed
     * @throws Exception the removal is refused with this text, and the layer goes on
     */
    default void leave(NbdDevice device, boolean force) throws Exception {
        // a filter that holds nothing back may always leave
    }

    /**
     * As above for the layer as a whole, once, after all devices have left; also when no client is connected. The place
     * to refuse for what belongs to no open device.
     *
     * @param force as above
     * @throws Exception the removal is refused with this text, and the layer goes on
     */
    default void leave(boolean force) throws Exception {
        // as above
    }
}
