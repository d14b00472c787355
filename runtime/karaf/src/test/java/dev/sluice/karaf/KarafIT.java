package dev.sluice.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The features in a stock Karaf, in a process of its own: installed, configured, changed under clients, stopped. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KarafIT {
    private static final Path KAR = Path.of(System.getProperty("sluice.kar"));
    private static final String VERSION = System.getProperty("sluice.version");
    private static final int LAST = Integer.MAX_VALUE;
    /** Behind the tests that look at what other features do: from then on a bundle is another one than its feature says. */
    private static final int UPGRADES = LAST - 1;
    /** How Karaf's log names a bundle that it stops, refreshes or starts. */
    private static final Pattern TOUCHED = Pattern.compile("  (dev\\.sluice\\.[a-z.]+)/[0-9]");

    @RegisterExtension
    final AfterTestExecutionCallback evidence = this::printLogOfFailure;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path directory;

    private Karaf karaf;
    private Path socket;

    private void printLogOfFailure(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            printLog();
        }
    }

    private void printLog() throws Exception {
        if (karaf != null) {
            List<String> log = karaf.log();
            log.subList(Math.max(0, log.size() - 150), log.size()).forEach(System.err::println);
        }
    }

    /** Core and commands first, to see a plugin come alone; then everything. */
    @BeforeAll
    void start() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() < 24,
                "Karaf 4.4 does not start on JDK 24 and newer: they have no security manager");
        karaf = new Karaf(Path.of(System.getProperty("sluice.karaf")), directory.resolve("karaf"));
        socket = directory.resolve("s");
        try {
            karaf.start();
            karaf.ok("kar:install " + KAR.toUri());
            karaf.await("the features", () -> karaf.run("feature:list").out().contains("sluice-plugin-memory"));
            Files.writeString(karaf.etc("dev.sluice.listener-local.cfg"), "name = local\naddress = unix:" + socket + "\n");
            install("sluice-shell");
        } catch (Throwable t) {
            printLog();
            karaf.kill();
            throw t;
        }
    }

    @AfterAll
    void killWhatIsLeft() {
        if (karaf != null) {
            karaf.kill();
        }
    }

    /** Karaf may end its shell's sessions on the way: the JLine that it has takes JNA as soon as that is there. */
    private void install(String feature) throws Exception {
        karaf.run("feature:install " + feature);
        Pattern started = Pattern.compile("(?m)^" + feature + " .*Started");
        karaf.await(feature, () -> started.matcher(karaf.run("feature:list -i").out()).find());
    }

    private void awaitActive(String export) throws Exception {
        Pattern line = Pattern.compile("(?m)^" + export + " +active ");
        karaf.await(export + " is active", () -> line.matcher(karaf.run("nbd:list").out()).find());
    }

    @Test
    @Order(1)
    void aPluginBundleAloneDeploysBesideTheCoreAndLeavesIt() throws Exception {
        Path jar = karaf.home().resolve("deploy/pattern.jar");
        Karaf.extract(KAR, "dev.sluice.plugin.pattern-" + VERSION + ".jar", jar);
        karaf.await("the plugin", () -> karaf.run("nbd:plugins").out().contains("pattern"));
        Files.delete(jar);
        karaf.await("no plugin", () -> !karaf.run("nbd:plugins").out().contains("pattern"));
    }

    @Test
    @Order(2)
    void theFeatureBringsAllPluginsAndFilters() throws Exception {
        install("sluice");
        String bundles = karaf.ok("bundle:list -s -t 0");
        assertEquals(List.of(), bundles.lines().filter(l -> l.contains("dev.sluice.") && !l.contains("Active")).toList());
        String kinds = karaf.ok("nbd:plugins") + karaf.ok("nbd:filters");
        for (String kind : FeaturesTest.kinds()) {
            Pattern line = Pattern.compile("(?m)^" + kind.replaceFirst("^(plugin|filter)-", "") + "\\b");
            assertTrue(line.matcher(kinds).find(), kind + ": " + kinds);
        }
    }

    @Test
    @Order(3)
    void exportsComeFromEveryFormatOfFilesThatKarafTakes() throws Exception {
        Files.writeString(karaf.etc("dev.sluice.export-one.cfg"), "name = one\nlayers = memory 1M\n");
        Files.writeString(karaf.etc("dev.sluice.export-typed.cfg"), "name = \"typed\"\nlayers = [ \"readonly\", \"memory 1M\" ]\n");
        Files.writeString(karaf.etc("dev.sluice.export-felix.config"), "name=\"felix\"\nlayers=[\"nofilter\",\"memory size\\=1M\"]\n");
        Files.writeString(karaf.etc("dev.sluice.export~json.cfg.json"),
                "{ \"name\": \"json\", \"layers\": [ \"nofilter\", \"memory 1M\" ] }\n");
        for (String export : List.of("one", "typed", "felix", "json")) {
            awaitActive(export);
            try (DiskClient client = new DiskClient(socket, export)) {
                assertEquals(512, client.read(0, 512).length);
            }
        }
    }

    @Test
    void anEditedFileChangesTheChainUnderAClient() throws Exception {
        Path file = karaf.etc("dev.sluice.export~edited.cfg.json");
        Files.writeString(file, "{ \"name\": \"edited\", \"layers\": [ \"memory 1M\" ] }\n");
        awaitActive("edited");
        try (Watch client = new Watch(socket, "edited")) {
            client.more(100);
            Files.writeString(file, "{ \"name\": \"edited\", \"layers\": [ \"nofilter\", \"memory 1M\" ] }\n");
            karaf.await("the filter", () -> karaf.run("nbd:list").out().contains("nofilter > memory 1M"));
            client.well();
        }
    }

    @Test
    void aClientReadsAndWritesOnWhileItsFilterIsUpdatedAndStoppedAndStarted() throws Exception {
        karaf.ok("nbd:export updated memory 1M --filter nofilter --filter delay rdelay=0");
        try (Watch client = new Watch(socket, "updated")) {
            client.more(100);
            karaf.ok("bundle:update dev.sluice.filter.nofilter");
            client.more(100);
            karaf.ok("bundle:update dev.sluice.plugin.memory");
            client.more(100);
            karaf.ok("bundle:stop dev.sluice.filter.delay; bundle:start dev.sluice.filter.delay");
            client.well();
        }
        String swaps = karaf.ok("nbd:swaps updated");
        assertTrue(swaps.contains("nofilter") && swaps.contains("memory") && swaps.contains("delay"), swaps);
    }

    @Test
    void commandsChangeTheChainUnderAClient() throws Exception {
        karaf.ok("nbd:export chain memory 1M");
        try (Watch client = new Watch(socket, "chain")) {
            client.more(100);
            assertTrue(karaf.ok("nbd:insert chain delay rdelay=1ms").contains("now: delay rdelay=1ms > memory 1M"));
            client.more(10);
            assertTrue(karaf.ok("nbd:insert chain nofilter --after delay").contains("nofilter"));
            assertTrue(karaf.ok("nbd:set chain delay rdelay=2ms").contains("rdelay=2ms"));
            assertTrue(karaf.ok("nbd:remove chain delay").contains("now: nofilter > memory 1M"));
            client.well();
        }
        karaf.ok("nbd:stop chain --mode safe; nbd:delete chain");
        assertFalse(karaf.ok("nbd:list").contains("chain"));
    }

    @Test
    void whatACommandSavesIsInTheFileThatTheExportCameFrom() throws Exception {
        Path file = karaf.etc("dev.sluice.export-saved.config");
        Files.writeString(file, "name=\"saved\"\nlayers=[\"memory 1M\"]\n");
        awaitActive("saved");
        karaf.ok("nbd:insert saved nofilter --save");
        karaf.await("the file", () -> Files.readString(file).contains("nofilter"));
        awaitActive("saved");
    }

    @Test
    void aCommandThatFailsSaysSoInOneLineAndItsStatus() {
        Karaf.Result result = karaf.run("nbd:why nix");
        assertEquals(1, result.status());
        assertTrue(result.out().contains("nbd:why: there is no export 'nix'"), result.out());
        assertEquals(1, result.out().strip().lines().count(), result.out());
    }

    @Test
    void answersOfCommandsReachThePromptAndPipesOnce() {
        assertEquals(1, karaf.ok("nbd:filters").lines().filter(l -> l.startsWith("nofilter")).count());
        assertEquals(1, karaf.ok("nbd:filters | grep nofilter").strip().lines().count());
    }

    @Test
    void completionKnowsCommandsExportsAndKinds() {
        assertEquals("nbd:insert", karaf.ok("nbd:complete nbd:ins").strip());
        assertTrue(karaf.ok("nbd:complete nbd:insert one ''").contains("nofilter"));
    }

    /** Those that the archive of Karaf has, without those that change its shell. The first starts about ten bundles. */
    @Test
    void featuresInstalledAfterwardsTouchNothingOfSluice() throws Exception {
        karaf.ok("nbd:export others memory 1M --filter nofilter");
        try (Watch client = new Watch(socket, "others")) {
            client.more(100);
            int before = karaf.log().size();
            for (String feature : List.of("aries-blueprint", "wrapper")) {
                install(feature);
                client.more(100);
            }
            List<String> log = karaf.log();
            assertEquals(List.of(), log.subList(before, log.size()).stream().filter(l -> TOUCHED.matcher(l).find()).toList());
            client.well();
        }
    }

    /** Only a long is taken; with text Declarative Services would log an exception and go on with its default. */
    @Test
    void declarativeServicesWaitLongerThanADrain() throws Exception {
        String list = karaf.ok("config:list '(service.pid=org.apache.felix.scr.ScrService)'");
        assertTrue(list.contains("ds.lock.timeout.milliseconds = 60000"), list);
        assertEquals(List.of(), karaf.log().stream().filter(l -> l.contains("ClassCastException")).toList());
    }

    @Test
    @Order(UPGRADES)
    void anUpgradePutsTheNewVersionOfABundleUnderAClient() throws Exception {
        for (String bundle : List.of("dev.sluice.filter.nofilter", "dev.sluice.plugin.memory")) {
            Path old = directory.resolve(bundle + "-old.jar");
            Karaf.extract(KAR, bundle + "-" + VERSION + ".jar", old);
            Karaf.version(old, "99.0.0", directory.resolve(bundle + ".jar"));
        }
        karaf.ok("nbd:export upgraded memory 1M --filter nofilter");
        try (Watch client = new Watch(socket, "upgraded")) {
            client.more(100);
            for (String bundle : List.of("dev.sluice.filter.nofilter", "dev.sluice.plugin.memory")) {
                String jar = directory.resolve(bundle + ".jar").toString();
                assertTrue(karaf.ok("nbd:upgrade --dry-run " + jar).contains("99.0.0"));
                String done = karaf.ok("nbd:upgrade " + jar);
                assertTrue(done.contains("upgraded") && done.contains("99.0.0"), done);
                client.more(100);
                List<String> bundles = karaf.ok("bundle:list -s -t 0").lines().filter(l -> l.contains(bundle)).toList();
                assertEquals(1, bundles.size(), bundles.toString());
                assertTrue(bundles.get(0).contains("99.0.0") && bundles.get(0).contains("Active"), bundles.toString());
            }
            client.well();
        }
    }

    @Test
    @Order(LAST)
    void karafStopsWithoutLeavingAProcessAndClosesItsClients() throws Exception {
        List<ProcessHandle> processes = karaf.processes();
        assertTrue(processes.stream().allMatch(ProcessHandle::isAlive));
        try (DiskClient client = new DiskClient(socket, "one")) {
            client.read(0, 512);
            karaf.stop();
            assertTrue(client.isClosedByServer());
        } catch (java.io.IOException closedBeforeGoodbye) {
            assertFalse(karaf.processes().stream().anyMatch(ProcessHandle::isAlive), closedBeforeGoodbye.toString());
        }
        assertTrue(processes.stream().noneMatch(ProcessHandle::isAlive));
        assertFalse(Files.exists(socket));
    }
}
