package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers are inserted, removed, moved, replaced and given other parameters under clients that read, write and compare. */
class ChainEditIT extends LiveTest {
    ChainEditIT() {
        super("nofilter", "memory 16M");
    }

    /** The layers that a read goes through, in order. */
    private List<String> way(Session s) throws Exception {
        script().trail();
        s.read(0, 512).ok();
        return script().trail().stream().filter(p -> p.endsWith("read")).toList();
    }

    @Test
    void anInsertedFilterStandsWhereItWasPut() throws Exception {
        try (Scratch x = scratch("passing tag=a", "passing tag=b", "scripted size=1M"); Session s = session(x.name(), 0);
                Session t = session(x.name(), 1)) {
            control().insert(x.name(), "passing tag=c", "", CHANGES_DATA);
            assertEquals(List.of("c.read", "a.read", "b.read", "read"), way(s));
            control().insert(x.name(), "passing tag=d", "after:passing:2", CHANGES_DATA);
            assertEquals(List.of("c.read", "a.read", "d.read", "b.read", "read"), way(t));
            control().insert(x.name(), "passing tag=e", "before:scripted", CHANGES_DATA);
            assertEquals(List.of("c.read", "a.read", "d.read", "b.read", "e.read", "read"), way(s));
            control().insert(x.name(), "passing tag=f", "before:2", CHANGES_DATA);
            assertEquals(List.of("c.read", "f.read", "a.read", "d.read", "b.read", "e.read", "read"), way(t));
        }
    }

    @Test
    void aNewClientGoesTheSameWayAsThoseThatWereThere() throws Exception {
        try (Scratch x = scratch("passing tag=a", "scripted size=1M"); Session s = session(x.name(), 0)) {
            control().insert(x.name(), "passing tag=b", "after:passing", CHANGES_DATA);
            try (Session t = session(x.name(), 2)) {
                assertEquals(way(s), way(t));
                assertEquals(List.of("a.read", "b.read", "read"), way(t));
            }
        }
    }

    @Test
    void aMovedFilterStandsInItsNewPlaceAndIsNotOpenedAgain() throws Exception {
        try (Scratch x = scratch("passing tag=a", "passing tag=b", "passing tag=c", "scripted size=1M"); Session s = session(x.name(), 0)) {
            script().reset();
            control().move(x.name(), "passing:1", "after:passing:3", CHANGES_DATA);
            assertEquals(0, script().count("a.open"));
            assertEquals(List.of("b.read", "c.read", "a.read", "read"), way(s));
            control().move(x.name(), "3", "before:1", CHANGES_DATA);
            assertEquals(List.of("a.read", "b.read", "c.read", "read"), way(s));
        }
    }

    @Test
    void aRemovedFilterIsClosedAndAskedNoMore() throws Exception {
        try (Scratch x = scratch("passing tag=a", "passing tag=b", "scripted size=1M"); Session s = session(x.name(), 1)) {
            script().reset();
            control().remove(x.name(), "passing:1", CHANGES_DATA);
            assertEquals(1, script().count("a.close"));
            assertEquals(1, script().count("a.layer-close"));
            assertEquals(List.of("b.read", "read"), way(s));
        }
    }

    @Test
    void aFilterGetsOtherParametersWithoutTheOthersBeingTouched() throws Exception {
        try (Scratch x = scratch("passing tag=a", "passing tag=b", "scripted size=1M"); Session s = session(x.name(), 1)) {
            script().reset();
            control().set(x.name(), "passing:2", List.of("tag=z"), CHANGES_DATA);
            assertEquals(List.of("a.read", "z.read", "read"), way(s));
            assertEquals(0, script().count("a.open") + script().count("open"));
            assertEquals(List.of("passing tag=a", "passing tag=z", "scripted size=1M"), control().definition(x.name()).layers());
        }
    }

    @Test
    void oneFilterTakesThePlaceOfAnother() throws Exception {
        try (Scratch x = scratch("passing tag=a", "passing tag=b", "scripted size=1M"); Session s = session(x.name(), 1)) {
            control().replace(x.name(), "passing:1", "nofilter", CHANGES_DATA);
            assertEquals(List.of("nofilter", "passing", "scripted"), kinds(x.name()));
            assertEquals(List.of("b.read", "read"), way(s));
        }
    }

    @Test
    void aHundredEditsUnderLoadDisturbNobody() throws Exception {
        try (Traffic traffic = Traffic.on(server, "", 4, 1 << 20)) {
            for (int i = 0; i < 20; i++) {
                control().insert("*", "nofilter", i % 2 == 0 ? "" : "before:memory", NONE);
                control().insert("*", "log logfile=/dev/null", "before:memory", NONE);
                control().move("*", "log", "before:1", NONE);
                control().remove("*", "nofilter:2", NONE);
                control().remove("*", "log", NONE);
                traffic.awaitRounds(1);
            }
            traffic.end();
        }
        assertEquals(List.of("nofilter", "memory"), kinds("*"));
    }

    @Test
    void whatIsNotTransparentNeedsConsent() throws Exception {
        try (Scratch x = scratch("nofilter", "memory 1M"); Session s = session(x.name(), 0)) {
            String text = refusal(() -> control().insert(x.name(), "passing tag=a", "", NONE));
            assertContains("passing is not transparent", text);
            assertContains("--changes-data", text);
            assertEquals(List.of("nofilter", "memory"), kinds(x.name()));
            control().insert(x.name(), "passing tag=a", "", CHANGES_DATA);
            assertEquals(List.of("passing", "nofilter", "memory"), kinds(x.name()));
            refusal(() -> control().remove(x.name(), "passing", NONE));
            refusal(() -> control().set(x.name(), "passing", List.of("tag=b"), NONE));
            control().move(x.name(), "nofilter", "before:passing", NONE);
            control().remove(x.name(), "passing", CHANGES_DATA);
            s.stillWorks();
        }
    }

    @Test
    void aDryRunOpensNothingAndChangesNothing() throws Exception {
        try (Scratch x = scratch("passing tag=a", "scripted size=1M"); Session s = session(x.name(), 0)) {
            script().reset();
            int records = swaps(x.name()).size();
            SwapRecord would = control().insert(x.name(), "nofilter", "", DRY);
            assertEquals("would be done", would.result());
            assertEquals("insert nofilter", would.what());
            assertEquals(1, would.connections());
            assertEquals(0, script().count("open"));
            assertEquals(List.of("passing", "scripted"), kinds(x.name()));
            assertEquals(records, swaps(x.name()).size());
            assertContains("not transparent", refusal(() -> control().remove(x.name(), "passing", DRY)));
            s.stillWorks();
        }
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("remove nosuch", "there is no layer 'nosuch'; there are nofilter, log, nofilter, memory"),
                Arguments.of("remove nofilter", "say nofilter:1"),
                Arguments.of("remove nofilter:3", "there is no layer 'nofilter:3'"),
                Arguments.of("remove 9", "there is no layer '9'"),
                Arguments.of("remove 0", "there is no layer '0'"),
                Arguments.of("remove memory", "'memory' is the plugin"),
                Arguments.of("move memory", "'memory' is the plugin"),
                Arguments.of("insert nosuch", "nosuch"),
                Arguments.of("insert nofilter at=nowhere", "neither before:LAYER nor after:LAYER"),
                Arguments.of("insert nofilter at=after:memory", "nothing can stand after 'memory'"),
                Arguments.of("insert offset nosuch=1", "nosuch"),
                Arguments.of("set log nosuch=1", "nosuch"),
                Arguments.of("set log logfile", "logfile"),
                Arguments.of("replace memory nosuch", "nosuch"),
                Arguments.of("replace nofilter:1 memory", "memory"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsRefusedInOneLineThatNamesIt(String words, String expected) throws Exception {
        String[] w = words.split(" ");
        try (Scratch x = scratch("nofilter", "log logfile=/dev/null", "nofilter", "memory 1M"); Session s = session(x.name(), 0)) {
            String text = refusal(() -> {
                switch (w[0]) {
                    case "remove" -> control().remove(x.name(), w[1], CHANGES_DATA);
                    case "move" -> control().move(x.name(), w[1], "before:1", CHANGES_DATA);
                    case "set" -> control().set(x.name(), w[1], List.of(w[2]), CHANGES_DATA);
                    case "replace" -> control().replace(x.name(), w[1], w[2], CHANGES_DATA);
                    default -> control().insert(x.name(), w.length > 2 && !w[2].startsWith("at=") ? w[1] + " " + w[2] : w[1],
                            w.length > 2 && w[2].startsWith("at=") ? w[2].substring(3) : "", CHANGES_DATA);
                }
            });
            assertContains(expected, text);
            assertEquals(List.of("nofilter", "log", "nofilter", "memory"), kinds(x.name()));
            s.stillWorks();
        }
    }

    @Test
    void anExportThatIsNotThereIsRefused() {
        assertContains("there is no export 'nosuch'", refusal(() -> control().remove("nosuch", "nofilter", NONE)));
    }

    @Test
    void memoryBecomesAFileOfTheSameBytesUnderClients() throws Exception {
        Path image = sluice().directory().resolve("image");
        byte[] data = Pattern.bytes(17, 0, 4 * Wire.MIB);
        try (Scratch x = scratch("nofilter", "memory 4M"); Session s = session(x.name(), 1); Session t = session(x.name(), 2)) {
            s.write(0, data).ok();
            Files.write(image, data);
            SwapRecord done = control().replace(x.name(), "memory", "file file=" + image, NONE);
            assertEquals("ok", done.result());
            assertEquals(List.of("nofilter", "file"), kinds(x.name()));
            assertArrayEquals(data, t.read(0, data.length).data());
            t.write(100, new byte[] {1, 2, 3}).ok();
            s.ask(0, Wire.FLUSH, 0, 0).ok();
            assertArrayEquals(new byte[] {1, 2, 3}, s.read(100, 3).data());
            assertArrayEquals(new byte[] {1, 2, 3}, java.util.Arrays.copyOfRange(Files.readAllBytes(image), 100, 103));
        }
    }

    @Test
    void aPluginWithOtherBytesIsRefusedNamingTheFirstThatDiffers() throws Exception {
        Path image = sluice().directory().resolve("other");
        byte[] data = Pattern.bytes(18, 0, 4 * Wire.MIB);
        try (Scratch x = scratch("nofilter", "memory 4M"); Session s = session(x.name(), 1)) {
            s.write(0, data).ok();
            byte[] other = data.clone();
            other[3_000_001] ^= 1;
            Files.write(image, other);
            assertContains("differ at byte 3000001", refusal(() -> control().replace(x.name(), "memory", "file file=" + image, NONE)));
            assertArrayEquals(data, s.read(0, data.length).data());
            s.write(0, data).ok();
            control().replace(x.name(), "memory", "file file=" + image, CHANGES_DATA);
            assertArrayEquals(other, s.read(0, other.length).data());
        }
    }

    @Test
    void aPluginOfAnotherSizeIsRefusedWhateverTheOperatorSays() throws Exception {
        try (Scratch x = scratch("nofilter", "memory 4M"); Traffic traffic = Traffic.on(server, x.name(), 3, 1 << 20)) {
            assertContains("size", refusal(() -> control().replace(x.name(), "memory", "null size=8M", CHANGES_DATA)));
            assertContains("size", refusal(() -> control().set(x.name(), "memory", List.of("size=8M"), CHANGES_DATA)));
            assertContains("offset", refusal(() -> control().insert(x.name(), "offset offset=1M", "", CHANGES_DATA)));
            traffic.awaitRounds(2);
            traffic.end();
        }
    }

    @Test
    void aChangeIsInTheDefinitionAndInTheRecord() throws Exception {
        ExportDefinition definition = new ExportDefinition(unique("made"), List.of("nofilter", "memory 1M"), false,
                Duration.ofSeconds(3), Duration.ofSeconds(7), "");
        control().create(definition);
        try (Session s = session(definition.name(), 0)) {
            SwapRecord done = control().insert(definition.name(), "log logfile=/dev/null", "after:nofilter", NONE);
            assertEquals("insert log", done.what());
            assertEquals(done, lastSwap(definition.name()));
            assertEquals(List.of("nofilter", "log logfile=/dev/null", "memory 1M"), control().definition(definition.name()).layers());
            assertEquals(Duration.ofSeconds(7), control().definition(definition.name()).hold());
            s.stillWorks();
        } finally {
            control().delete(definition.name());
        }
    }

    @Test
    void aReshapeToTheSameLayersDoesNothing() throws Exception {
        try (Scratch x = scratch("passing tag=a", "scripted size=1M"); Session s = session(x.name(), 0)) {
            script().reset();
            control().reshape(x.name(), List.of("passing tag=a", "scripted size=1M"), NONE);
            assertEquals(0, script().count("open"));
            s.stillWorks();
        }
    }
}
