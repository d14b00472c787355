package dev.sluice.commandline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Notes what it is told, in order; "nobody" is user 99 and group 98. */
final class FakeSystemCalls implements SystemCalls {
    final List<String> calls = new ArrayList<>();
    /** The call that fails. */
    String failing = "";
    /** A file that goes at the moment when it is given to somebody. */
    Path fleeting = Path.of("");

    private void note(String call) throws IOException {
        if (!failing.isEmpty() && call.startsWith(failing)) {
            throw new IOException(failing + ": Operation not permitted");
        }
        calls.add(call);
    }

    @Override
    public OptionalInt userId(String name) {
        return name.equals("nobody") ? OptionalInt.of(99) : OptionalInt.empty();
    }

    @Override
    public OptionalInt groupId(String name) {
        return name.equals("nobody") ? OptionalInt.of(98) : OptionalInt.empty();
    }

    @Override
    public void becomeGroup(int id) throws IOException {
        note("setgid " + id);
    }

    @Override
    public void becomeUser(int id) throws IOException {
        note("setuid " + id);
    }

    @Override
    public void chown(Path file, int user) throws IOException {
        if (file.equals(fleeting)) {
            Files.delete(file);
            throw new IOException("lchown: No such file or directory");
        }
        note("chown " + user);
    }

    @Override
    public void lockMemory() throws IOException {
        note("mlockall");
    }

    @Override
    public int duplicate(int descriptor) throws IOException {
        note("dup " + descriptor);
        return descriptor + 10;
    }

    @Override
    public void moveTo(int descriptor, int place) throws IOException {
        note("dup2 " + descriptor + " " + place);
    }

    @Override
    public void log(String ident, String text) {
        calls.add("syslog " + ident + ": " + text);
    }
}
