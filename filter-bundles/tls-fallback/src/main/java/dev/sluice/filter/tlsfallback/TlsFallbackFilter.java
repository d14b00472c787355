package dev.sluice.filter.tlsfallback;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Gives clients without TLS a small disk with a text on it in the place of the real one. For them no layer behind is asked for
 * anything: what it would say, and how long it would take, is nobody's business who has not encrypted.
 */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("tls-fallback")
@Help("shows clients without TLS a small disk that says what is missing")
@Parameter(name = "tlsreadme", help = "the text on the disk that clients without TLS get")
public class TlsFallbackFilter implements NbdFilter {
    private static final String TEXT = "Encryption is needed to use this NBD server. Please connect again with TLS.\n";

    private String readme;

    @Override
    public void configure(Parameters parameters) {
        readme = parameters.optional("tlsreadme").orElse(TEXT);
    }

    @Override
    public List<ExportInfo> exports(ClientInfo client, NextLayer next) throws IOException {
        return client.tls() ? next.exports(client) : List.of(new ExportInfo("", ""));
    }

    @Override
    public String defaultExport(ClientInfo client, NextLayer next) throws IOException {
        return client.tls() ? next.defaultExport(client) : "";
    }

    @Override
    public String description(OpenRequest request, NextLayer next) throws IOException {
        return request.client().tls() ? next.description(request) : "";
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        if (request.threadModel() == ThreadModel.SERIALIZE_CONNECTIONS) {
            // Whoever has no key could keep the others out, by coming and staying.
            throw new NbdException(NbdError.EINVAL, "tls-fallback can't be used where clients are served one after the other"
                    + " (thread model serialize_connections)");
        }
        return request.client().tls() ? new ForwardingDevice(next.open(request)) : new ReadmeDevice(readme);
    }
}
