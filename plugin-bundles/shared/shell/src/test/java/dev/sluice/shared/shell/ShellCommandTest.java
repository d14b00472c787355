package dev.sluice.shared.shell;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.TestContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellCommandTest {
    @TempDir
    Path directory;
    private TestContext context;

    @BeforeEach
    void prepare() {
        context = new TestContext(directory);
    }

    private String run(ShellCommand command) throws Exception {
        return new String(command.run(context), StandardCharsets.UTF_8);
    }

    private String failure(ShellCommand command) {
        return assertThrows(ShellException.class, () -> command.run(context)).getMessage();
    }

    @Test
    void theOutputIsTaken() throws Exception {
        assertEquals("a b\n", run(new ShellCommand("echo 'a b'")));
        assertEquals("", run(new ShellCommand(":")));
        assertArrayEquals(new byte[] {0, -1}, new ShellCommand("printf '\\000\\377'").run(context));
    }

    @Test
    void theInputIsEmpty() throws Exception {
        assertEquals("", run(new ShellCommand("cat")));
    }

    @Test
    void variablesAreNoPartOfTheText() throws Exception {
        assertEquals("$(echo x); `y`", run(new ShellCommand("printf %s \"$v\"").variable("v", "$(echo x); `y`")));
    }

    @Test
    void itStartsInItsDirectory() throws Exception {
        Files.writeString(directory.resolve("f"), "here");
        assertEquals("here", run(new ShellCommand("cat f").directory(directory)));
    }

    @Test
    void muchOutputOnBothPipesDoesNotBlock() throws Exception {
        String text = run(new ShellCommand("head -c 300000 /dev/zero | tr '\\000' x; head -c 300000 /dev/zero >&2").maxOutput(300_000));
        assertEquals("x".repeat(300_000), text);
    }

    @Test
    void aFailureTellsTheStatusAndTheLastLineOfTheErrors() {
        assertEquals("it ended with status 3", failure(new ShellCommand("exit 3")));
        assertEquals("it ended with status 1: why", failure(new ShellCommand("echo first >&2; echo why >&2; exit 1")));
    }

    @Test
    void tooMuchOutputIsRefused() {
        assertEquals("it writes more than 1000 bytes", failure(new ShellCommand("head -c 1001 /dev/zero").maxOutput(1000)));
    }

    @Test
    void endlessOutputIsRefusedAndTheCommandEnds() {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertEquals("it writes more than 100000 bytes",
                failure(new ShellCommand("yes").maxOutput(100_000))));
    }

    @Test
    void aCommandThatTakesTooLongIsEnded() {
        String message = assertTimeoutPreemptively(Duration.ofMinutes(1),
                () -> failure(new ShellCommand("echo hm >&2; sleep 1000").deadline(Duration.ZERO)));
        assertTrue(message.startsWith("it did not end within 0.0 s"), message);
    }

    @Test
    void aCancelledCommandIsEnded() {
        context.cancellation().cancel("going away");
        NbdException e = assertTimeoutPreemptively(Duration.ofMinutes(1),
                () -> assertThrows(NbdException.class, () -> new ShellCommand("sleep 1000").run(context)));
        assertEquals(NbdError.ESHUTDOWN, e.error());
    }

    @Test
    void aChildThatStaysBehindIsNotWaitedFor() {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> assertEquals("x\n", run(new ShellCommand("echo x; sleep 100 & "))));
    }

    @Test
    void aDirectoryThatIsNotThereIsAFailure() {
        String message = failure(new ShellCommand(":").directory(directory.resolve("gone")));
        assertTrue(message.startsWith("it can't be started: "), message);
    }
}
