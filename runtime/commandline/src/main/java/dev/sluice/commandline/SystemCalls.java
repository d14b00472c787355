package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** What the JDK has no call for. Failures carry the system's text. */
interface SystemCalls {
    /** The id of a user by name. */
    OptionalInt userId(String name);

    /** The id of a group by name. */
    OptionalInt groupId(String name);

    /** Takes this group, and gives up all others. */
    void becomeGroup(int id) throws IOException;

    /** Takes this user, for good. */
    void becomeUser(int id) throws IOException;

    /** Gives a file to a user; links are not followed. */
    void chown(Path file, int user) throws IOException;

    /** Keeps all memory of the process, now and later, out of swap space. */
    void lockMemory() throws IOException;

    /** Another descriptor for the same. */
    int duplicate(int descriptor) throws IOException;

    /** Puts one descriptor in the place of another, and closes it. */
    void moveTo(int descriptor, int place) throws IOException;

    /**
     * An error for the system's log.
     *
     * @param ident the program's name; the process id is added
     */
    void log(String ident, String text);
}
