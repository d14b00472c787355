package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/** A new version of a bundle takes the place of the old one while clients read, write and compare. */
class BlueGreenIT extends LiveTest {
    private static final String NOFILTER = "dev.sluice.filter.nofilter";
    private static final String MEMORY = "dev.sluice.plugin.memory";

    BlueGreenIT() {
        super("nofilter", "log logfile=/dev/null", "memory 64M");
    }

    @Test
    void aFilterIsReplacedByItsNextVersionAndTheOldOneIsGone() throws Exception {
        Bundle old = only(NOFILTER);
        WeakReference<ClassLoader> loader = loader(old);
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            List<SwapRecord> done = control().upgrade(newVersion(NOFILTER, "2.0.0"), NONE);
            traffic.awaitRounds(3);
            traffic.end();
            assertEquals(1, done.size());
            assertEquals("ok", done.get(0).result());
            assertEquals(3, done.get(0).connections());
            assertContains("2.0.0", done.get(0).what());
        }
        assertEquals(Version.parseVersion("2.0.0"), only(NOFILTER).getVersion());
        assertEquals(Bundle.UNINSTALLED, old.getState());
        assertContains("2.0.0", status("*").layers().get(0).bundle());
        collected(List.of(loader));
    }

    @Test
    void everyByteOfARamDiskStaysInAnUpgradeOfItsPlugin() throws Exception {
        byte[] data = Pattern.bytes(7, 0, 3 * Wire.MIB);
        WeakReference<ClassLoader> loader = loader(only(MEMORY));
        try (Session s = session("", 1); Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            s.write(32L * Wire.MIB + 5, data).ok();
            for (int i = 0; i < 5; i++) {
                control().upgrade(newVersion(MEMORY, "2." + i), NONE);
                assertArrayEquals(data, s.read(32L * Wire.MIB + 5, data.length).data());
            }
            traffic.awaitRounds(3);
            traffic.end();
        }
        assertEquals(Version.parseVersion("2.4.0"), only(MEMORY).getVersion());
        collected(List.of(loader));
    }

    @Test
    void twentyUpgradesInARowDisturbNobodyAndLeaveNothing() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (Traffic traffic = Traffic.on(server, "", 4, 1 << 20)) {
            for (int i = 0; i < 20; i++) {
                loaders.add(loader(only(NOFILTER)));
                List<SwapRecord> done = control().upgrade(newVersion(NOFILTER, "3." + i), NONE);
                assertEquals("ok", done.get(0).result());
                traffic.awaitRounds(1);
            }
            traffic.end();
        }
        assertEquals(Version.parseVersion("3.19.0"), only(NOFILTER).getVersion());
        collected(loaders);
    }

    @Test
    void theVersionBeforeIsAnUpgradeLikeAnyOther() throws Exception {
        try (Traffic traffic = Traffic.on(server, "", 2, 1 << 20)) {
            control().upgrade(newVersion(MEMORY, "9.0.0"), NONE);
            traffic.awaitRounds(2);
            control().upgrade(newVersion(MEMORY, "8.0.0"), NONE);
            traffic.awaitRounds(2);
            traffic.end();
        }
        assertEquals(Version.parseVersion("8.0.0"), only(MEMORY).getVersion());
    }

    @Test
    void oneUpgradeMovesAllExportsThatUseTheKind() throws Exception {
        try (Scratch a = scratch("nofilter", "nofilter", "memory 8M"); Scratch b = scratch("nofilter", "null size=8M");
                Traffic first = Traffic.on(server, "", 2, 1 << 20); Traffic second = Traffic.on(server, a.name(), 2, 1 << 20)) {
            List<SwapRecord> done = control().upgrade(newVersion(NOFILTER, "4.0.0"), NONE);
            assertEquals(3, done.size());
            assertTrue(done.stream().allMatch(r -> r.result().equals("ok")), done::toString);
            first.awaitRounds(2);
            second.awaitRounds(2);
            first.end();
            second.end();
            assertContains("4.0.0", status(a.name()).layers().get(1).bundle());
            assertContains("4.0.0", status(b.name()).layers().get(0).bundle());
        }
    }

    @Test
    void anEqualVersionIsAnUpgradeWhereTheFrameworkAllowsIt() throws Exception {
        String version = only(NOFILTER).getVersion().toString();
        Bundle old = only(NOFILTER);
        try (Traffic traffic = Traffic.on(server, "", 2, 1 << 20)) {
            control().upgrade(newVersion(NOFILTER, version), NONE);
            traffic.awaitRounds(2);
            traffic.end();
        }
        assertEquals(Bundle.UNINSTALLED, old.getState());
        assertEquals(version, only(NOFILTER).getVersion().toString());
    }

    @Test
    void aDryRunInstallsNothingAndSaysWhatItWouldDo() throws Exception {
        long id = only(NOFILTER).getBundleId();
        int records = swaps("*").size();
        List<SwapRecord> would = control().upgrade(newVersion(NOFILTER, "5.0.0"), DRY);
        assertEquals("would be done", would.get(0).result());
        assertContains("5.0.0", would.get(0).what());
        assertEquals(id, only(NOFILTER).getBundleId());
        assertEquals(records, swaps("*").size());
    }

    @Test
    void whatIsNoBundleOrNoKindIsRefusedInOneLine() throws Exception {
        assertContains("/nowhere.jar", refusal(() -> control().upgrade("/nowhere.jar", NONE)));
        java.nio.file.Path text = java.nio.file.Files.writeString(sluice().directory().resolve("text.jar"), "no jar");
        assertContains("text.jar", refusal(() -> control().upgrade(text.toString(), NONE)));
        assertContains("nosuch:thing", refusal(() -> control().upgrade("nosuch:thing", NONE)));
        assertContains("dev.sluice.core", refusal(() -> control().upgrade(newVersion("dev.sluice.core", "9.0.0"), NONE)));
        assertEquals(1, bundles("dev.sluice.core").size());
    }

    @Test
    void aFilterWithoutLayersIsUpgradedToo() throws Exception {
        control().upgrade(newVersion("dev.sluice.filter.offset", "2.0.0"), NONE);
        assertEquals(Version.parseVersion("2.0.0"), only("dev.sluice.filter.offset").getVersion());
    }
}
