package dev.sluice.itests.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Commands change an export under a client, which finds its bytes after each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellIT {
    private Daemon daemon;
    private Session client;
    private final byte[] bytes = new byte[4096];

    @BeforeAll
    void startServer() throws Exception {
        daemon = new Daemon().start();
    }

    @AfterAll
    void stopServer() throws Exception {
        daemon.close();
    }

    @BeforeEach
    void connect() throws Exception {
        assertEquals("disk is active: log logfile=req > memory 64M",
                daemon.said("nbd:export", "disk", "memory", "64M", "--filter", "log", "logfile=req"));
        client = daemon.client("disk");
        Arrays.fill(bytes, (byte) 7);
        client.write(8192, bytes).ok();
    }

    @AfterEach
    void theClientHasNoticedNothing() throws Exception {
        client.disconnect();
        client.close();
        daemon.said("nbd:delete", "disk", "--force", "--save");
    }

    private void changed(String expected, Object... words) throws Exception {
        String said = daemon.said(words);
        assertTrue(said.startsWith("disk: ") && said.contains(": ok (1 client waited "), said);
        assertEquals("now: " + expected, said.lines().skip(1).findFirst().orElse(""));
        assertArrayEquals(bytes, client.read(8192, bytes.length).data());
    }

    private void refused(String expected, Object... words) throws Exception {
        Tool tool = daemon.shell(words);
        assertEquals(1, tool.exit());
        assertEquals(expected, tool.err().strip());
        assertEquals("", tool.out());
        assertArrayEquals(bytes, client.read(8192, bytes.length).data());
    }

    @Test
    void filtersAreInsertedMovedSetAndRemoved() throws Exception {
        changed("delay rdelay=1ms > log logfile=req > memory 64M", "nbd:insert", "disk", "delay", "rdelay=1ms");
        changed("log logfile=req > delay rdelay=1ms > memory 64M", "nbd:move", "disk", "delay", "--after", "log");
        changed("log logfile=req > delay rdelay=2ms > memory 64M", "nbd:set", "disk", "delay", "rdelay=2ms");
        changed("log logfile=req > nofilter > memory 64M", "nbd:replace", "disk", "delay", "nofilter");
        changed("log logfile=req > memory 64M", "nbd:remove", "disk", "nofilter");
        assertTrue(daemon.said("nbd:swaps", "disk").contains("remove nofilter: ok"));
    }

    @Test
    void whatWouldChangeBytesNeedsConsent() throws Exception {
        refused("nbd:insert: insert cow: cow is not transparent: clients may see other bytes; say --changes-data if that is meant",
                "nbd:insert", "disk", "cow");
        assertTrue(daemon.said("nbd:insert", "disk", "cow", "--changes-data", "--dry-run").endsWith("would be done (1 client)"));
        changed("cow cow-block-size=4k > log logfile=req > memory 64M", "nbd:insert", "disk", "cow", "cow-block-size=4k",
                "--changes-data");
    }

    @Test
    void aRefusalIsOneLineAndAFailedExitStatus() throws Exception {
        refused("nbd:set: log: unknown parameter 'nonsense'; it takes logfile, logscript, logappend",
                "nbd:set", "disk", "log", "nonsense=1");
        refused("nbd:insert: filter 'nosuch' is not there", "nbd:insert", "disk", "nosuch");
        refused("nbd:remove: there is no layer 'cow'; there are log, memory", "nbd:remove", "disk", "cow");
        refused("nbd:why: there is no export 'disc'; there are disk", "nbd:why", "disc");
        refused("nbd:delete: export 'disk' has 1 client; stop it first, or say --force to cut them off", "nbd:delete", "disk");
        refused("nbd:export: file: file=/nowhere does not exist", "nbd:export", "new", "file", "/nowhere");
        refused("Command not found: nosuch", "nosuch");
    }

    @Test
    void aBundleIsUpgradedBesideTheOldOne() throws Exception {
        Daemon.copyAs("9.0.0", Daemon.jar("dev.sluice.filter.log"), daemon.directory().resolve("log9.jar"));
        String said = daemon.said("nbd:upgrade", "log9.jar");
        assertTrue(said.matches("disk: upgrade log from dev.sluice.filter.log \\S+ to dev.sluice.filter.log 9.0.0: ok "
                + "\\(1 client waited .*\\)"), said);
        assertTrue(daemon.said("nbd:stats", "disk").contains("dev.sluice.filter.log 9.0.0"));
        assertArrayEquals(bytes, client.read(8192, bytes.length).data());
        refused("nbd:upgrade: /nowhere.jar: can't be read: NoSuchFileException: /nowhere.jar", "nbd:upgrade", "/nowhere.jar");
    }

    @Test
    void whatIsSavedStandsInAFile() throws Exception {
        changed("memory 64M", "nbd:remove", "disk", "log", "--save");
        assertEquals("{\n  \"name\": \"disk\",\n  \"layers\": [\"memory 64M\"]\n}\n",
                Files.readString(daemon.directory().resolve("etc/dev.sluice.export~disk.json")));
        changed("log logfile=req > memory 64M", "nbd:insert", "disk", "log", "logfile=req", "--save");
        assertArrayEquals(bytes, client.read(8192, bytes.length).data());
    }

    @Test
    void whatAStatsFilterHasCountedIsShown() throws Exception {
        assertEquals("no export has a filter 'stats'", daemon.said("nbd:statsfilter"));
        changed("stats statsfile=counts > log logfile=req > memory 64M", "nbd:insert", "disk", "stats", "statsfile=counts");
        String said = daemon.said("nbd:statsfilter", "disk");
        assertTrue(said.startsWith("export disk"), said);
        assertTrue(said.lines().anyMatch(l -> l.matches("\\s*read +[1-9]\\d* requests.*")), said);
        assertTrue(said.contains("p99"), said);
        assertEquals(said.lines().count(), daemon.said("statsfilter").lines().count());
        refused("usage: nbd:statsfilter [EXPORT]", "nbd:statsfilter", "a", "b");
        assertTrue(daemon.said("nbd:help").contains("nbd:statsfilter"));
        changed("log logfile=req > memory 64M", "nbd:remove", "disk", "stats");
    }

    @Test
    void gogosOwnCommandsWorkToo() throws Exception {
        String log = daemon.said("lb -s | grep dev.sluice.filter.log").replaceAll("(?s)^\\s*(\\d+).*", "$1");
        assertEquals("", daemon.said("update", log));
        assertArrayEquals(bytes, client.read(8192, bytes.length).data());
        assertTrue(daemon.said("nbd:help").contains("nbd:upgrade"));
        assertEquals(1, daemon.shell("lb | grep nonesuch").exit());
    }

    @Test
    void withoutACommandLinesAreReadFromStandardInput() throws Exception {
        Tool tool = Tool.run("sh", "-c", "printf 'nbd:list\\nnbd:nosuch\\n' | \"$0\" shell --dir \"$1\"", Daemon.script(),
                daemon.directory());
        assertEquals(1, tool.exit());
        assertTrue(tool.out().contains("log logfile=req > memory 64M"));
        assertEquals("Command not found: nbd:nosuch", tool.err().strip());
    }
}
