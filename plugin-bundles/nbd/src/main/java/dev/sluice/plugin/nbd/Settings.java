package dev.sluice.plugin.nbd;

/**
 * What the operator said about connections.
 *
 * @param target the server and the export
 * @param connections to open for each client, if the server allows several
 * @param retries how often to try again, a second apart
 * @param connectNanos for one connection and its handshake
 * @param requestNanos for one request
 */
record Settings(Target target, int connections, int retries, long connectNanos, long requestNanos) {
    Settings withExport(String name) {
        return new Settings(target.withExport(name), connections, retries, connectNanos, requestNanos);
    }
}
