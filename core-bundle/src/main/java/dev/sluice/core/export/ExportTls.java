package dev.sluice.core.export;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import java.util.List;

/**
 * What an export demands of its clients besides what the listener does. Immutable.
 *
 * @param required whether it is there only for clients with TLS
 * @param allow who may open it; empty: everybody
 * @param write who of these may write; empty: everybody
 */
public record ExportTls(boolean required, List<ClientRule> allow, List<ClientRule> write) {
    /** Nothing. */
    public static final ExportTls NONE = new ExportTls(false, List.of(), List.of());

    /** Copies the lists. */
    public ExportTls {
        allow = List.copyOf(allow);
        write = List.copyOf(write);
    }

    /**
     * From its configuration; who names clients wants TLS.
     *
     * @param mode {@code require}, {@code optional}, or empty if nothing is said
     * @throws ConfigException in one line
     */
    public static ExportTls parse(String export, String mode, List<String> allow, List<String> write) {
        boolean rules = !allow.isEmpty() || !write.isEmpty();
        if (mode.equals("optional") && rules) {
            throw new ConfigException("export " + export + ": without TLS nobody knows a client: tls-allow and tls-write need tls=require");
        }
        try {
            return new ExportTls(rules || mode.equals("require"), allow.stream().map(ClientRule::parse).toList(),
                    write.stream().map(ClientRule::parse).toList());
        } catch (ConfigException e) {
            throw new ConfigException("export " + export + ": " + e.getMessage(), e);
        }
    }

    /**
     * Lets a client pass, or not.
     *
     * @throws RefusedClientException it may not open the export
     */
    void check(String export, ClientInfo client) throws RefusedClientException {
        if (required && !client.tls()) {
            throw new RefusedClientException(true, "export '" + export + "' is there only for clients that use TLS");
        }
        if (!admits(client)) {
            throw new RefusedClientException(false, "export '" + export + "' is not for this client");
        }
    }

    /** Whether the client may know of it. */
    boolean admits(ClientInfo client) {
        return (!required || client.tls()) && (allow.isEmpty() || ClientRule.any(allow, client.identity()));
    }

    /** Whether the client may write, as far as this is concerned. */
    boolean mayWrite(ClientInfo client) {
        return write.isEmpty() || ClientRule.any(write, client.identity());
    }
}
