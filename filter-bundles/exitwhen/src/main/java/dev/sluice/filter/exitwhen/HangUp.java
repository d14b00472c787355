package dev.sluice.filter.exitwhen;

import dev.sluice.api.ConfigException;
import dev.sluice.api.util.Integers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The other end of a pipe or socket is closed, which the server has inherited as an open descriptor. */
final class HangUp {
    private static final String NAME = "exitwhen: exit-when-pipe-closed=";

    private HangUp() {
    }

    /**
     * The event.
     *
     * @throws ConfigException if this is no descriptor of a pipe or socket, or nothing can be known about it here
     */
    static Event of(String text) {
        long number = Integers.parse(text);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new ConfigException(NAME + text + ": the number of a descriptor is at least 0");
        }
        int descriptor = (int) number;
        if (descriptor < 3) {
            throw new ConfigException(NAME + text + ": 0, 1 and 2 belong to the server: pass the pipe in another descriptor");
        }
        check(descriptor);
        try {
            Poll poll = new Poll();
            return Event.of(() -> poll.hasHungUp(descriptor), "the pipe in descriptor " + descriptor + " was closed");
        } catch (LinkageError e) {
            throw new ConfigException(NAME + text + ": this needs JNA, which can't be used here: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /** A descriptor that Java opened itself, for a file of its own, is a mistake of the operator. */
    private static void check(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            String target = Files.readSymbolicLink(link).toString();
            if (!target.startsWith("pipe:") && !target.startsWith("socket:") && Files.isRegularFile(link)) {
                throw new ConfigException(NAME + descriptor + ": must be the read end of a pipe, not " + target);
            }
        } catch (IOException e) {
            throw new ConfigException(NAME + descriptor + ": there is no such open descriptor", e);
        }
    }
}
