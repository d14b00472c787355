package dev.sluice.plugin.data;

import java.io.IOException;
import java.util.Optional;

/** What an expression can fetch from outside of itself. */
interface Sources {
    /** The text of a variable; empty if there is none of this name. */
    Optional<String> variable(String name);

    /**
     * The bytes of a file.
     *
     * @throws IOException with the reason, without the name of the file
     */
    byte[] file(String name) throws IOException;

    /**
     * What a script for the shell writes.
     *
     * @throws IOException with the reason
     */
    byte[] script(String text) throws IOException;
}
