package dev.sluice.commandline;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * {@link SystemCalls} through JNA, on 64-bit systems. Nothing native is loaded before the first call: most starts need
 * none. glibc changes ids for all threads of the process.
 */
final class JnaSystemCalls implements SystemCalls {
    /** In struct passwd: behind the pointers to name and password. */
    private static final int PASSWD_UID = 16;
    /** In struct group: behind the pointers to name and password. */
    private static final int GROUP_GID = 16;
    private static final int MCL_CURRENT_AND_FUTURE = 3;
    private static final int LOG_PID = 1;
    private static final int LOG_DAEMON = 3 << 3;
    private static final int LOG_ERR = 3;

    /** The C library keeps the pointer. */
    private Memory ident;

    @Override
    public OptionalInt userId(String name) {
        return id("getpwnam", name, PASSWD_UID);
    }

    @Override
    public OptionalInt groupId(String name) {
        return id("getgrnam", name, GROUP_GID);
    }

    private static OptionalInt id(String function, String name, int offset) {
        Pointer entry = function(function).invokePointer(new Object[] {name});
        return entry == null ? OptionalInt.empty() : OptionalInt.of(entry.getInt(offset));
    }

    @Override
    public void becomeGroup(int id) throws IOException {
        call("setgid", id);
        try (Memory groups = new Memory(4)) {
            groups.setInt(0, id);
            call("setgroups", 1L, groups);
        }
    }

    @Override
    public void becomeUser(int id) throws IOException {
        call("setuid", id);
    }

    @Override
    public void chown(Path file, int user) throws IOException {
        call("lchown", file.toString(), user, -1);
    }

    @Override
    public void lockMemory() throws IOException {
        call("mlockall", MCL_CURRENT_AND_FUTURE);
    }

    @Override
    public int duplicate(int descriptor) throws IOException {
        return call("dup", descriptor);
    }

    @Override
    public void moveTo(int descriptor, int place) throws IOException {
        call("dup2", descriptor, place);
        call("close", descriptor);
    }

    @Override
    public synchronized void log(String name, String text) {
        if (ident == null) {
            ident = new Memory(name.length() + 1L);
            ident.setString(0, name);
            function("openlog").invokeVoid(new Object[] {ident, LOG_PID, LOG_DAEMON});
        }
        // no argument behind the format: variable ones are passed in another way on some machines
        function("syslog").invokeVoid(new Object[] {LOG_DAEMON | LOG_ERR, text.replace("%", "%%")});
    }

    private static int call(String name, Object... arguments) throws IOException {
        int result = function(name).invokeInt(arguments);
        if (result < 0) {
            int errno = Native.getLastError();
            throw new IOException(name + ": " + function("strerror").invokeString(new Object[] {errno}, false));
        }
        return result;
    }

    private static Function function(String name) {
        return NativeLibrary.getProcess().getFunction(name);
    }
}
