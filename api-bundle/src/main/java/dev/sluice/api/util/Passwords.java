package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Secrets as the operator gives them: the text itself, {@code -} to be asked on the terminal, {@code +FILE} for the
 * first line of a file, {@code -FD} for the first line of a descriptor that the server inherited. No message here
 * contains a secret. See {@link Sizes} about messages.
 */
public final class Passwords {
    /** Longer lines are refused, so that a wrong file name does not fill the memory. */
    private static final int MAX_LINE = 65536;
    private static final int FIRST_DESCRIPTOR = 3;

    private Passwords() {
    }

    /**
     * The secret, without the end of its line. Reads a file or asks the operator: call it once.
     *
     * @param directory where the operator stands; {@code +FILE} is relative to it
     * @throws ConfigException if the secret can't be had
     */
    public static String read(String text, Path directory) {
        return read(text, directory, Passwords::ask);
    }

    static String read(String text, Path directory, Supplier<Optional<String>> terminal) {
        if (text.equals("-")) {
            return terminal.get().orElseThrow(() -> new ConfigException(
                    "a password can be asked for only if standard input is a terminal; use +FILE or -FD"));
        }
        if (text.startsWith("+")) {
            return firstLine(FilePaths.parse(text.substring(1), directory), text.substring(1));
        }
        if (text.startsWith("-")) {
            long descriptor;
            try {
                descriptor = Integers.parse(text.substring(1), 0, Integer.MAX_VALUE);
            } catch (ConfigException e) {
                throw new ConfigException("a password that starts with '-' is -FD with the number of a file descriptor; "
                        + "use +FILE for another password that starts so", e);
            }
            if (descriptor < FIRST_DESCRIPTOR) {
                throw new ConfigException("file descriptors 0, 1 and 2 are standard input, output and error; use -3 or above");
            }
            return firstLine(Path.of("/dev/fd/" + descriptor), "file descriptor " + descriptor);
        }
        return text;
    }

    private static Optional<String> ask() {
        Console console = System.console();
        if (console == null) {
            return Optional.empty();
        }
        char[] answer = console.readPassword("password: ");
        if (answer == null) {
            throw new ConfigException("the terminal was closed before a password was given");
        }
        return Optional.of(new String(answer));
    }

    private static String firstLine(Path file, String shown) {
        byte[] line = new byte[MAX_LINE];
        int length = 0;
        try (InputStream in = Files.newInputStream(file)) {
            int b = in.read();
            if (b < 0) {
                throw new ConfigException("cannot read a password from " + shown + ": it is empty");
            }
            while (b >= 0 && b != '\n') {
                if (length == MAX_LINE) {
                    throw new ConfigException("the first line of " + shown + " is longer than " + MAX_LINE + " bytes: no password");
                }
                line[length++] = (byte) b;
                b = in.read();
            }
            return new String(line, 0, length, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException("cannot read a password from " + shown + ": " + Failures.reason(e), e);
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }
}
