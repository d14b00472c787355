package dev.sluice.api;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A data source. An implementation is a prototype-scoped Declarative Services component that names itself with
 * {@link PluginName} and declares its parameters with {@link Parameter}.
 *
 * <pre>{@code
 * @Component(scope = ServiceScope.PROTOTYPE)
 * @PluginName("seven")
 * @Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size of the disk")
 * public class SevenPlugin implements NbdPlugin { ... }
 * }</pre>
 *
 * <p>Life cycle and threads: {@link NbdLayer}.
 */
@ConsumerType
public interface NbdPlugin extends NbdLayer {
    /**
     * Opens the device for one client. Called by any thread, once per connection or several times (an
     * {@code INFO} before a {@code GO} opens and closes a device).
     *
     * @throws NbdException or any {@link IOException}: the client is told that the export is not available, with
     *     the text of the exception
     */
    NbdDevice open(OpenRequest request) throws IOException;

    /**
     * The exports to show to a client that asks for a list; a list of more than 10,000 is refused.
     *
     * @return by default one export, {@link #defaultExport}, without a description
     * @throws IOException the client gets {@code NBD_REP_ERR_PLATFORM}
     */
    default List<ExportInfo> exports(ClientInfo client) throws IOException {
        return List.of(new ExportInfo(defaultExport(client), ""));
    }

    /**
     * The name that stands for the empty export name.
     *
     * @throws IOException there is no default export for this client
     */
    default String defaultExport(ClientInfo client) throws IOException {
        return "";
    }

    /**
     * A description for people of the export that {@code request} would open; empty when there is none. Only asked
     * when the client wants it ({@code NBD_INFO_DESCRIPTION}).
     */
    default String description(OpenRequest request) throws IOException {
        return "";
    }
}
