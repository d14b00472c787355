package dev.sluice.itests.harness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** Something that serves one catch-all export on a Unix socket and on TCP: Sluice, or nbdkit to test the tests. */
public interface Server extends AutoCloseable {
    /** Starts what -Dsluice.itests.peer names, with these layers: filters nearest the client first, the plugin last. */
    static Server serving(String... layers) throws Exception {
        if (System.getProperty("sluice.itests.peer", "sluice").equals("nbdkit")) {
            return NbdkitServer.start(layers);
        }
        SluiceServer server = SluiceServer.start();
        try {
            server.export("*", layers);
            return server;
        } catch (Exception | Error e) {
            server.close();
            throw e;
        }
    }

    /** Where clients connect on this machine. */
    Path unix() throws IOException;

    /** Where clients connect over TCP; a loopback address. */
    InetSocketAddress tcp() throws IOException;

    /** Whether it is what this project makes. */
    boolean isSluice();

    /** How many connections it knows of; 0 if it does not tell. */
    int connections();

    /** The Unix socket. */
    default SocketAddress address() throws IOException {
        return UnixDomainSocketAddress.of(unix());
    }

    /** For clients that take URIs, over the Unix socket. */
    default String unixUri(String export) throws IOException {
        return "nbd+unix:///" + export + "?socket=" + unix();
    }

    /** For clients that take URIs, over TCP. */
    default String tcpUri(String export) throws IOException {
        return "nbd://" + tcp().getAddress().getHostAddress() + ":" + tcp().getPort() + "/" + export;
    }

    @Override
    void close() throws IOException;
}
