package dev.sluice.itests.kinds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Distribution;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.Server;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.heap.Holders;
import dev.sluice.itests.live.LiveTest;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.service.cm.Configuration;

/**
 * Every plugin and filter of the distribution is replaced by a higher version, updated in place, put in and taken out where it
 * may be, and given other parameters, under clients that read, write and compare all the time; and what it keeps is still there.
 */
class EveryKindIT extends LiveTest {
    private final Map<String, WeakReference<ClassLoader>> loaders = new TreeMap<>();
    private Path files;

    EveryKindIT() {
        super("memory 1M");
    }

    @Override
    protected Server serving(String... chain) throws Exception {
        SluiceServer all = SluiceServer.startWithAllKinds();
        all.export("backing", "memory 4M");
        return all;
    }

    @BeforeAll
    void writeFiles() throws IOException {
        files = sluice().directory().resolve("kinds");
        KindFiles.write(files);
    }

    @AfterAll
    void theCodeOfAllVersionsBeforeIsCollectedAndNoFileIsLeftOpen() {
        Await.until("class loaders of old code are collected", Duration.ofSeconds(60), () -> {
            System.gc();
            return loadersLeft().isEmpty();
        }, () -> "left over of: " + loadersLeft() + "\n" + Holders.ofAllSuspects());
        control().delete("backing");
        Await.until("no file of an export is open", Duration.ofSeconds(60), () -> {
            System.gc();
            return openFiles().isEmpty() && ramDisks() == 0;
        }, () -> "left over: " + openFiles() + " and " + ramDisks() + " RAM disks");
    }

    private static long ramDisks() {
        return LeakCheck.descriptors().entrySet().stream().filter(e -> e.getKey().contains("memfd")).mapToLong(Map.Entry::getValue).sum();
    }

    private Set<String> loadersLeft() {
        Set<String> held = new TreeSet<>(loaders.keySet());
        held.removeIf(name -> loaders.get(name).get() == null);
        return held;
    }

    private Set<String> openFiles() {
        Set<String> open = new TreeSet<>(LeakCheck.descriptors().keySet());
        open.removeIf(f -> !f.startsWith(files.toString()) && !f.endsWith(" (deleted)") || f.contains("memfd") || f.contains("/felix/"));
        return open;
    }

    static Set<String> kinds() throws IOException {
        return Distribution.kinds().keySet();
    }

    @Test
    void thereIsNoCaseOfAKindThatTheDistributionDoesNotHave() throws IOException {
        Set<String> cases = new TreeSet<>(KindCases.all().keySet());
        cases.removeAll(kinds());
        assertEquals(Set.of(), cases);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void isChangedUnderItsClients(String kind) throws Exception {
        KindCase c = KindCases.all().get(kind);
        assertNotNull(c, () -> "add to KindCases how '" + kind + "' is served, and what clients may expect of it");
        List<String> chain = c.chain().stream().map(this::filled).toList();
        try (Scratch x = scratch(chain.toArray(String[]::new)); Probes clients = new Probes(server, x.name(), c, threads)) {
            Scene scene = new Scene(server, x.name(), files);
            clients.between(c.check(), scene);
            replaced(c, x.name(), clients);
            clients.between(c.check(), scene);
            updated(c, x.name(), clients);
            clients.between(c.check(), scene);
            given(c, x.name(), clients, scene);
            clients.end();
        }
        if (c.isTransparent()) {
            putInAndTakenOut(c, chain);
        }
    }

    private String filled(String line) {
        try {
            return line.replace("{dir}", files.toString()).replace("{sock}", server.unix().toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String bundle(KindCase c) {
        return "dev.sluice." + c.kind().replace(' ', '.');
    }

    private void replaced(KindCase c, String export, Probes clients) throws Exception {
        loaders.put(c.kind() + ", as it was built", loader(only(bundle(c))));
        List<SwapRecord> done = control().upgrade(newVersion(bundle(c), "77.1.0"), NONE).stream()
                .filter(r -> r.export().equals(export)).toList();
        clients.awaitRounds(2);
        assertEquals(1, done.size());
        assertOk(done.get(0));
        assertEquals(c.clients(), done.get(0).connections());
        assertContains("77.1.0", done.get(0).what());
    }

    private void updated(KindCase c, String export, Probes clients) throws Exception {
        int before = swaps(export).size();
        loaders.put(c.kind() + ", the higher version", loader(only(bundle(c))));
        update(only(bundle(c)));
        clients.awaitRounds(2);
        Await.until("there is a record of the update", () -> swaps(export).size() > before);
        assertOk(lastSwap(export));
    }

    private static void assertOk(SwapRecord record) {
        assertTrue(record.result().equals("ok") || record.result().startsWith("ok, "), record::toString);
    }

    private void given(KindCase c, String export, Probes clients, Scene scene) throws Exception {
        for (List<String> words : c.edits()) {
            SwapRecord done = control().set(export, c.name(), words, c.isTransparent() ? NONE : CHANGES_DATA);
            assertOk(done);
            clients.awaitRounds(2);
        }
        clients.between(c.check(), scene);
    }

    /** By the configuration of the export, as an operator edits it. */
    private void putInAndTakenOut(KindCase c, List<String> chain) throws Exception {
        List<String> behind = chain.subList(1, chain.size());
        String name = unique("edited");
        Configuration configuration = sluice().export(name, behind.toArray(String[]::new));
        try (Probes clients = new Probes(server, name, c, threads)) {
            List<String> without = kinds(name);
            for (int i = 0; i < 2; i++) {
                configuration.update(SluiceServer.exportProperties(name, Map.of(), chain.toArray(String[]::new)));
                List<String> with = new ArrayList<>(List.of(c.name()));
                with.addAll(without);
                Await.until(c.name() + " is put in", () -> kinds(name).equals(with));
                clients.awaitRounds(2);
                configuration.update(SluiceServer.exportProperties(name, Map.of(), behind.toArray(String[]::new)));
                Await.until(c.name() + " is taken out", () -> kinds(name).equals(without));
                clients.awaitRounds(2);
            }
            clients.end();
            swaps(name).forEach(EveryKindIT::assertOk);
        } finally {
            configuration.delete();
            Await.until("the export is gone", () -> sluice().runtime().exports().stream().noneMatch(e -> e.name().equals(name)));
        }
    }
}
