package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that exclude each other, and arguments that are refused, in nbdkit's words where scripts could look for them. */
class ConflictTest {
    private static final String TOGETHER = "--dump-plugin, -p, --run, -s, -U or --vsock options cannot be used in this combination";

    private static UsageException refusal(boolean activated, String... argv) {
        return assertThrows(UsageException.class,
                () -> new Settings(OptionParser.parse(List.of(argv)), Path.of("/somewhere"), activated));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p 1 -U /x", "-s -p 1", "-s -U /x", "-s -U -", "-s --run true", "-s --dump-plugin", "--stdin --port=1",
        "--single --unix=x"})
    void theseCantBeUsedTogether(String line) {
        UsageException e = refusal(false, line.split(" "));
        assertEquals(TOGETHER, e.getMessage());
        assertEquals(false, e.isLogged());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--vsock", "--vsock -U /x", "-s --vsock", "--selinux-label=x"})
    void whatAJvmCantDoIsRefusedBeforeAnythingElse(String line) {
        assertEquals(true, refusal(false, line.split(" ")).getMessage().contains(" is not possible on a JVM: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p 1 --run true", "-U - --run true", "-i x -U /x", "-s -4", "-p 1 --dump-plugin", "-s -P x -r"})
    void theseCan(String line) throws Exception {
        new Settings(OptionParser.parse(List.of(line.split(" "))), Path.of("/somewhere"), false);
    }

    @ParameterizedTest
    @CsvSource({"-i, localhost", "-p, 1", "--run, true", "-U, x", "-U, -"})
    void aSocketThatIsThereAlreadyLeavesNothingToChoose(String option, String value) {
        assertEquals("cannot use socket activation with " + option + " flag", refusal(true, option, value).getMessage());
    }

    @Test
    void aSocketThatIsThereAlreadyIsNoStandardInput() {
        assertEquals("cannot use socket activation with -s flag", refusal(true, "-s").getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "memory", "memory.x", "memory.=1", ".x=1", "=", ".", "memory=1", "memory=.1"})
    void aDebugFlagHasItsShape(String flag) {
        assertEquals("-D (Debug Flag) must have the format NAME.FLAG=N", refusal(false, "-D", flag).getMessage());
    }

    @Test
    void aDebugFlagIsANumber() {
        assertEquals("error: -D memory.x=a: an integer is decimal, 0x and hexadecimal digits, or 0 and octal digits",
                refusal(false, "-D", "memory.x=a").getMessage());
    }

    @Test
    void aDebugFlagMayHaveDots() throws Exception {
        assertEquals(new DebugFlag("nbdkit", "backend.datapath", 0), DebugFlag.parse("nbdkit.backend.datapath=0"));
        assertEquals(new DebugFlag("ssh", "log", -1), DebugFlag.parse("ssh.log=-1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-P", "-U"})
    void anEmptyFileNameIsNone(String option) {
        assertEquals("error: cannot convert null or empty path to an absolute path", refusal(false, option, "").getMessage());
    }
}
