package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** nbdkit's options, written down a second time: spellings and whether an argument follows. */
class OptionTableTest {
    /** What nbdkit does not have. */
    private static final Set<Option> OURS = EnumSet.of(Option.DUMP_MAN);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "-4 --ipv4-only                                     | no",
        "-6 --ipv6-only                                     | no",
        "-D --debug                                         | yes",
        "--dump-config                                      | no",
        "--dump-plugin                                      | no",
        "--exit-with-parent                                 | no",
        "-e --export --export-name --exportname             | yes",
        "--filter                                           | yes",
        "-f --foreground --no-fork                          | no",
        "-g --group                                         | yes",
        "--help                                             | no",
        "-i --ip-addr --ipaddr                              | yes",
        "--keepalive --keep-alive                           | no",
        "--log                                              | yes",
        "--long-options                                     | no",
        "--short-options                                    | no",
        "--mask-handshake                                   | yes",
        "-n --new-style --newstyle                          | no",
        "--no-mc --no-meta-contexts                         | no",
        "--no-sr --no-structured-replies                    | no",
        "-o --old-style --oldstyle                          | no",
        "-P --pid-file --pidfile                            | yes",
        "-p --port                                          | yes",
        "--print-uri --print-url --show-uri --show-url      | no",
        "-r --read-only --readonly                          | no",
        "--run                                              | yes",
        "--selinux-label                                    | yes",
        "-s --single --stdin                                | no",
        "--swap                                             | no",
        "-t --threads                                       | yes",
        "--timeout --time-out                               | yes",
        "--tls                                              | yes",
        "--tls-certificates                                 | yes",
        "--tls-psk                                          | yes",
        "--tls-verify-peer                                  | no",
        "-U --unix                                          | yes",
        "-u --user                                          | yes",
        "-v --verbose                                       | no",
        "-V --version                                       | no",
        "--vsock                                            | no",
    })
    void everyOptionOfNbdkitIsThere(String spellings, String argument) throws Exception {
        List<String> names = List.of(spellings.strip().split(" "));
        Option option = Arrays.stream(Option.values()).filter(o -> o.names().equals(names)).findFirst().orElseThrow();
        assertEquals(argument.equals("yes"), option.argument().isPresent());
        for (String name : names) {
            List<String> line = option.argument().isPresent() ? List.of(name, "x") : List.of(name);
            assertEquals(option, OptionParser.parse(line).options().get(0).option());
        }
    }

    @Test
    void thereAreAsManyAsInNbdkit() {
        List<Option> theirs = Arrays.stream(Option.values()).filter(option -> !OURS.contains(option)).toList();
        assertEquals(40, theirs.size());
        assertEquals(18, theirs.stream().mapToInt(option -> option.letters().size()).sum());
        assertEquals(56, theirs.stream().mapToInt(option -> option.words().size()).sum());
    }

    @Test
    void everyOptionIsDoneOrSaysWhyItCantBe() {
        for (Option option : Option.values()) {
            assertEquals(option.state().maturity() == Option.Maturity.IMPOSSIBLE, !option.state().why().isEmpty(), option.name());
            assertTrue(option.help().length() < 120 && !option.help().endsWith("."), option.name());
        }
    }
}
