package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.FrameworkWiring;

/** What any OSGi tool does to a bundle, while clients read, write and compare. */
class InPlaceIT extends LiveTest {
    private static final String NOFILTER = "dev.sluice.filter.nofilter";
    private static final String LOG = "dev.sluice.filter.log";
    private static final String MEMORY = "dev.sluice.plugin.memory";

    InPlaceIT() {
        super("nofilter", "log logfile=/dev/null", "memory 64M");
    }

    @ParameterizedTest
    @ValueSource(strings = {NOFILTER, LOG, MEMORY})
    void anUpdateIsAPauseAndNothingElse(String bundle) throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            for (int i = 0; i < 5; i++) {
                loaders.add(loader(only(bundle)));
                update(only(bundle));
                traffic.awaitRounds(2);
                awaitSwap("*", "ok");
            }
            traffic.end();
        }
        collected(loaders);
    }

    @ParameterizedTest
    @ValueSource(strings = {NOFILTER, LOG, MEMORY})
    void aStopAndAStartAreAPauseAndNothingElse(String bundle) throws Exception {
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            for (int i = 0; i < 5; i++) {
                only(bundle).stop();
                assertEquals(ExportState.HELD, status("*").state());
                only(bundle).start();
                traffic.awaitRounds(2);
            }
            traffic.end();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NOFILTER, LOG, MEMORY})
    void aRefreshIsAPauseAndNothingElse(String bundle) throws Exception {
        Bundle refreshed = only(bundle);
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            for (int i = 0; i < 3; i++) {
                CountDownLatch done = new CountDownLatch(1);
                sluice().context().getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(refreshed), e -> done.countDown());
                assertTrue(done.await(60, TimeUnit.SECONDS));
                traffic.awaitRounds(2);
            }
            traffic.end();
        }
        assertEquals(Bundle.ACTIVE, refreshed.getState());
    }

    @ParameterizedTest
    @ValueSource(strings = {NOFILTER, LOG, MEMORY})
    void anUninstallAndAnInstallAreAPauseAndNothingElse(String bundle) throws Exception {
        Path jar = Files.copy(Versions.source(only(bundle)), sluice().directory().resolve(unique("again") + ".jar"));
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            for (int i = 0; i < 3; i++) {
                loaders.add(loader(only(bundle)));
                only(bundle).uninstall();
                assertEquals(ExportState.HELD, status("*").state());
                sluice().context().installBundle(jar.toUri().toString()).start();
                traffic.awaitRounds(2);
            }
            traffic.end();
        }
        collected(loaders);
    }

    @Test
    void aSuccessorThatIsThereAlreadyTakesOverBeforeTheStopReturns() throws Exception {
        String jar = newVersion(NOFILTER, "7.0.0");
        Bundle old = only(NOFILTER);
        WeakReference<ClassLoader> loader = loader(old);
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            sluice().context().installBundle(Path.of(jar).toUri().toString()).start();
            assertContains(old.getVersion().toString(), status("*").layers().get(0).bundle());
            old.stop();
            assertEquals(ExportState.ACTIVE, status("*").state());
            assertContains("7.0.0", status("*").layers().get(0).bundle());
            old.uninstall();
            traffic.awaitRounds(2);
            traffic.end();
        }
        collected(List.of(loader));
    }

    @Test
    void aFilterAndThePluginMayLeaveTogetherAndComeBackInAnyOrder() throws Exception {
        byte[] data = Pattern.bytes(3, 0, 2 * Wire.MIB);
        try (Session s = session("", 2); Traffic traffic = Traffic.on(server, "", 3, 1 << 20)) {
            s.write(40L * Wire.MIB, data).ok();
            only(MEMORY).stop();
            only(NOFILTER).stop();
            only(LOG).stop();
            only(LOG).start();
            only(MEMORY).start();
            assertEquals(ExportState.HELD, status("*").state());
            only(NOFILTER).start();
            traffic.awaitRounds(2);
            assertArrayEquals(data, s.read(40L * Wire.MIB, data.length).data());
            traffic.end();
        }
    }

    @Test
    void anUpdateToAnotherVersionShowsInTheRecord() throws Exception {
        String jar = newVersion(LOG, "6.6.6");
        try (Traffic traffic = Traffic.on(server, "", 3, 1 << 20); var in = Files.newInputStream(Path.of(jar))) {
            only(LOG).update(in);
            traffic.awaitRounds(2);
            traffic.end();
        }
        assertContains("log", awaitSwap("*", "6.6.6").what());
    }
}
