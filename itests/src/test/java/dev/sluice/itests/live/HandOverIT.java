package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** What a layer keeps for its clients goes on in its successor, however often and however it is replaced. */
class HandOverIT extends LiveTest {
    private static final String MEMORY = "dev.sluice.plugin.memory";
    private static final String LOG = "dev.sluice.filter.log";
    private static final String TALLY = "dev.sluice.itests.fixture.tally";
    private static final String CHANGEABLE = "dev.sluice.itests.fixture.changeable";
    private static final java.util.regex.Pattern LINE =
            java.util.regex.Pattern.compile("connection=(\\d+) (\\.\\.\\.)?(\\w+) id=(\\d+) ?(.*)");

    HandOverIT() {
        super("nofilter", "memory 16M");
    }

    @BeforeAll
    void installKinds() throws Exception {
        started(tally());
        started(changeable());
    }

    /** A swap of each sort in turn. */
    private void swap(int number, String bundle) throws Exception {
        switch (number % 3) {
            case 0 -> control().upgrade(newVersion(bundle, "2." + number), NONE);
            case 1 -> update(only(bundle));
            default -> {
                only(bundle).stop();
                only(bundle).start();
            }
        }
    }

    @Test
    void aRamDiskKeepsEveryByteThroughManySwapsOfAllSorts() throws Exception {
        byte[] data = Pattern.bytes(1, 0, 5 * Wire.MIB + 77);
        try (Session s = session("", 0); Traffic traffic = Traffic.on(server, "", 4, 1 << 20)) {
            s.write(8L * Wire.MIB, data).ok();
            for (int i = 0; i < 15; i++) {
                swap(i, MEMORY);
                traffic.awaitRounds(1);
                assertArrayEquals(data, s.read(8L * Wire.MIB, data.length).data());
            }
            traffic.end();
        }
    }

    @Test
    void aLogLosesNoLineAndNumbersGoOn() throws Exception {
        Path log = sluice().directory().resolve("requests.log");
        long sent;
        try (Scratch x = scratch("log logfile=" + log, "memory 8M"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 20)) {
            for (int i = 0; i < 15; i++) {
                swap(i, LOG);
                traffic.awaitRounds(1);
            }
            traffic.end();
            sent = traffic.writes();
        }
        long begun = 0;
        long ended = 0;
        Set<String> connects = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (String line : Files.readAllLines(log)) {
            Matcher m = LINE.matcher(line);
            if (!m.find()) {
                continue;
            }
            if (m.group(2) != null) {
                ended += m.group(3).equals("Write") ? 1 : 0;
            } else {
                begun += m.group(3).equals("Write") ? 1 : 0;
                assertTrue(ids.add(m.group(1) + "/" + m.group(4)), "a number was used twice: " + line);
            }
            connects.add(m.group(1));
        }
        assertEquals(sent, begun);
        assertEquals(sent, ended);
        assertEquals(3, connects.size());
    }

    @Test
    void aThirdPartysFilterKeepsItsStateForAllAndForEachConnection() throws Exception {
        AtomicLong total = new AtomicLong();
        AtomicLong own = new AtomicLong();
        script().on("tally", (offset, length) -> {
            total.set(offset);
            own.set(length);
            return "";
        });
        try (Scratch x = scratch("tally", "memory 16M"); Session s = session(x.name(), 1);
                Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 20)) {
            for (int i = 0; i < 12; i++) {
                s.write(8L * Wire.MIB, new byte[512]).ok();
                swap(i, TALLY);
                traffic.awaitRounds(1);
            }
            traffic.end();
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            assertEquals(12, own.get());
            assertEquals(traffic.writes() + 12, total.get());
        }
    }

    @Test
    void aSuccessorThatComesLateFindsEverything() throws Exception {
        byte[] data = Pattern.bytes(5, 0, Wire.MIB);
        try (Session s = session("", 1); Session t = session("", 2)) {
            s.write(0, data).ok();
            Bundle memory = only(MEMORY);
            memory.stop();
            long waiting = s.send(0, Wire.READ, 0, data.length);
            long writing = t.sendWrite(0, 2L * Wire.MIB, data);
            assertTrue(s.client().channel().silentFor(Duration.ofSeconds(2)));
            assertEquals(ExportState.HELD, status("*").state());
            memory.start();
            assertArrayEquals(data, s.result(waiting).data());
            t.result(writing).ok();
            assertArrayEquals(data, s.read(2L * Wire.MIB, data.length).data());
        }
    }

    @Test
    void aRollBackToTheVersionBeforeKeepsWhatTheNewerOneWrote() throws Exception {
        script().say("be", "exclusive");
        try (Scratch x = scratch("changeable"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 18)) {
            control().upgrade(newVersion(CHANGEABLE, "2.0.0"), NONE);
            traffic.awaitRounds(2);
            control().upgrade(newVersion(CHANGEABLE, "1.0.0"), NONE);
            traffic.awaitRounds(2);
            traffic.end();
            assertContains("1.0.0", status(x.name()).layers().get(0).bundle());
        }
    }

    @Test
    void whatWasHandedOverOutlivesTheHoldTime() throws Exception {
        byte[] data = Pattern.bytes(6, 0, Wire.MIB);
        try (Scratch x = scratch(Map.of("hold", "300ms"), "memory 4M"); Session s = session(x.name(), 1)) {
            s.write(0, data).ok();
            Bundle memory = only(MEMORY);
            memory.stop();
            s.client().awaitClose();
            awaitState(x.name(), ExportState.WAITING);
            memory.start();
            awaitState(x.name(), ExportState.ACTIVE);
            try (Session t = session(x.name(), 2)) {
                assertArrayEquals(data, t.read(0, data.length).data());
            }
        }
    }

    @Test
    void filesOfAFilePluginStayOpenOrAreOpenedAgainWithoutAByteLost() throws Exception {
        Path image = Files.write(sluice().directory().resolve("disk.img"), new byte[8 * Wire.MIB]);
        try (Scratch x = scratch("nofilter", "file file=" + image); Traffic traffic = Traffic.on(server, x.name(), 4, 1 << 20)) {
            for (int i = 0; i < 9; i++) {
                swap(i, "dev.sluice.plugin.file");
                traffic.awaitRounds(1);
            }
            traffic.end();
        }
    }
}
