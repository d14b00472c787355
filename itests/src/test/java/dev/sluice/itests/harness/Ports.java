package dev.sluice.itests.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for programs that do not tell which one the system has given them. */
public final class Ports {
    /** Systems give away those behind this one, so nobody else gets what was found here. */
    private static final int BELOW = 32_768;
    private static final int FROM = 15_000;
    private static final int TRIES = 1000;

    private Ports() {
    }

    /** One on which nobody listens on this machine. */
    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FROM, BELOW);
            try (ServerSocket found = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return found.getLocalPort();
            } catch (IOException e) {
                // somebody has it
                continue;
            }
        }
        throw new AssertionError("no port of " + TRIES + " is free");
    }
}
