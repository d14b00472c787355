package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Server;
import dev.sluice.itests.harness.Session;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a {@link KindCheck} looks.
 *
 * @param server that serves
 * @param export the name of the export
 * @param directory with the files
 */
record Scene(Server server, String export, Path directory) {
    /** Another client, over a Unix socket. */
    Session another() throws IOException {
        return RawNbdClient.greeted(server.address()).structured().go(export);
    }

    /** The error of a write of a single byte by another client. */
    int errorOfWrite(long offset, byte value) throws IOException {
        try (Session s = another()) {
            return s.write(offset, value).error();
        }
    }

    /** Fails unless another client is turned away. */
    void anotherIsTurnedAway() throws IOException {
        try (Session s = another()) {
            throw new AssertionError("a client was let in, to " + s.size() + " bytes");
        } catch (IOException e) {
            return;
        } catch (AssertionError e) {
            if (!e.getMessage().startsWith("answer to GO")) {
                throw e;
            }
        }
    }

    /** Fails unless both are the same. */
    static void same(String what, Object wanted, Object got) {
        if (!wanted.equals(got)) {
            throw new AssertionError(what + ": wanted " + wanted + ", got " + got);
        }
    }
}
