package dev.sluice.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come in over a Unix socket, by the user and the group that the system tells. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AdmissionIT {
    @TempDir
    private Path directory;
    private Sluice sluice;

    @BeforeEach
    void prepare() throws Exception {
        sluice = new Sluice(directory.toRealPath());
    }

    /** The number of this test's own user or group. */
    private int own(String sort) throws Exception {
        Path mine = Files.createTempFile(directory, "mine", "");
        return (Integer) Files.getAttribute(mine, "unix:" + sort);
    }

    private String greetingOf(String... rules) throws Exception {
        Stream<String> server = Stream.of("--filter=ip", "memory", "1M", "-U", "s", "-P", "p");
        String[] words = Stream.concat(server, Stream.of(rules)).toArray(String[]::new);
        assertEquals(0, sluice.run(words).status(), sluice.errors()::toString);
        try {
            return sluice.greeting("s");
        } finally {
            Sluice.signal(sluice.server("p"), "TERM");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uid", "gid"})
    void whoIsAllowedComesInAndNobodyElse(String sort) throws Exception {
        int own = own(sort);
        assertEquals("NBDMAGIC", greetingOf("allow=" + sort + ":" + own, "deny=all"));
        assertEquals("", greetingOf("allow=" + sort + ":" + (own + 1), "deny=all"));
        assertEquals("", greetingOf("deny=" + sort + ":" + own));
        assertEquals("NBDMAGIC", greetingOf("deny=" + sort + ":" + (own + 1)));
    }

    @Test
    void aRuleAboutAProcessIsRefusedBecauseNobodyTellsIt() throws Exception {
        Sluice.Result result = sluice.run("-U", "-", "--filter=ip", "memory", "1M", "allow=pid:1", "--run", "true");
        assertEquals(1, result.status());
        assertTrue(result.err().get(0).contains("ip: allow=pid:1: this server does not know the process of a client"),
                result.err().toString());
    }
}
