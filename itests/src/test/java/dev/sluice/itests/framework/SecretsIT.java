package dev.sluice.itests.framework;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a parameter that is marked secret is given never shows anywhere, and what clients send makes no lines of its own. */
class SecretsIT {
    private static final String SECRET = "hunter2";
    private static final SluiceControl.ChangeOptions AGREED = new SluiceControl.ChangeOptions(false, true, true);

    /** A logger without a strong reference loses its handler. */
    private final Logger logger = Logger.getLogger("dev.sluice");
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord r) {
            lines.add(r.getMessage() + (r.getThrown() == null ? "" : " " + r.getThrown()));
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
    private SluiceServer server;

    @BeforeEach
    void listen() throws Exception {
        logger.setLevel(Level.ALL);
        logger.addHandler(handler);
        server = SluiceServer.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        logger.removeHandler(handler);
    }

    private SluiceControl control() {
        return server.context().getService(server.context().getServiceReference(SluiceControl.class));
    }

    private Session client(String export) throws Exception {
        return RawNbdClient.greeted(UnixDomainSocketAddress.of(server.unix())).structured().go(export);
    }

    private List<String> all() {
        List<String> all = new ArrayList<>(lines);
        all.add(server.runtime().exports().toString());
        all.add(server.runtime().connections().toString());
        all.add(server.runtime().swaps().toString());
        all.add(server.runtime().metrics().toString());
        all.add(server.runtime().kinds().toString());
        return all;
    }

    private void assertNobodySaysIt() {
        assertEquals(List.of(), all().stream().filter(line -> line.contains(SECRET)).toList());
    }

    @Test
    void aSecretIsInNoStateAndNoLog() throws Exception {
        server.export("disk", "nofilter", "scripted key=" + SECRET);
        try (Session client = client("disk")) {
            client.write(0, new byte[512]).ok();
            control().set("disk", "scripted", List.of("key=" + SECRET + "-2"), AGREED);
            client.read(0, 512).ok();
        }
        assertTrue(server.runtime().exports().get(0).layers().get(1).line().contains("key=***"));
        assertFalse(server.runtime().swaps().isEmpty());
        assertNobodySaysIt();
    }

    @Test
    void aSecretThatIsWrongIsNotInTheReason() throws Exception {
        server.configure("dev.sluice.export", SluiceServer.exportProperties("bad", Map.of(), "scripted key=" + SECRET + "wrong"));
        assertEquals(ExportState.FAILED, server.awaitExport("bad").state());
        assertTrue(server.awaitExport("bad").why().contains("key"), server.awaitExport("bad").why());
        assertNobodySaysIt();
    }

    @Test
    void aChangeThatIsRefusedDoesNotSayIt() throws Exception {
        server.export("disk", "scripted key=" + SECRET);
        // a ConfigException of the bundle, whose class is not that of this test
        List<String> said = new ArrayList<>();
        for (String words : List.of("key=" + SECRET + "wrong", "kee=" + SECRET)) {
            said.add(assertThrows(RuntimeException.class, () -> control().set("disk", "scripted", List.of(words), AGREED)).getMessage());
        }
        said.add(assertThrows(RuntimeException.class, () -> control().replace("disk", "scripted", "scripted size=x key=" + SECRET, AGREED))
                .getMessage());
        said.add(assertThrows(RuntimeException.class, () -> control().replace("disk", "scripted", "absent key=" + SECRET, AGREED))
                .getMessage());
        assertEquals(List.of(), said.stream().filter(line -> line.contains(SECRET)).toList());
        assertNobodySaysIt();
    }

    @Test
    void aNameThatAClientSendsMakesNoLineOfItsOwn() throws Exception {
        Path directory = Files.createDirectory(server.directory().resolve("disks"));
        Files.write(directory.resolve("a\nFORGED"), new byte[512]);
        server.export("*", "file dir=" + directory);
        for (String name : List.of("x\nFORGED", "../\nFORGED", "\u001b[2JFORGED\r", "a\nFORGED")) {
            try (RawNbdClient client = RawNbdClient.greeted(UnixDomainSocketAddress.of(server.unix())).structured()) {
                try {
                    client.go(name).close();
                } catch (AssertionError | Exception e) {
                    // most are refused; what counts is the log
                    continue;
                }
            }
        }
        assertTrue(lines.stream().anyMatch(line -> line.contains("FORGED")), lines.toString());
        assertEquals(List.of(), lines.stream().filter(line -> line.chars().anyMatch(Character::isISOControl)).toList());
    }
}
