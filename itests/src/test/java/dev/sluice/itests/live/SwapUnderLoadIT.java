package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.LeakCheck;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Tool;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;

/**
 * fio checks every block that it reads while a filter is swapped again and again and the chain is edited: no error, no
 * disconnect, no wrong byte, and nothing is left over. {@code -Dsluice.itests.swaps=1000 -Dsluice.itests.edits=200} is the
 * long run of docs/live-change.md.
 */
class SwapUnderLoadIT {
    private static final int SWAPS = Integer.getInteger("sluice.itests.swaps", 40);
    private static final int EDITS = Integer.getInteger("sluice.itests.edits", 10);
    private static final String NOFILTER = "dev.sluice.filter.nofilter";

    private SluiceServer server;
    private String block;
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"memory,4k", "file,4k", "memory,512k", "file,512k"})
    void fioSeesNoErrorAndNothingIsLeft(String plugin, String blockSize) throws Exception {
        block = blockSize;
        Requires.programs("fio");
        Requires.that(Tool.run("fio", "--enghelp").out().contains("nbd"), "fio has no nbd engine");
        LeakCheck before = LeakCheck.begin();
        server = SluiceServer.start();
        try {
            Path image = server.directory().resolve("image");
            Files.write(image, new byte[0]);
            try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), (64L << 20) - 1);
            }
            String disk = plugin.equals("memory") ? "memory 64M" : "file file=" + image;
            if (block.equals("4k")) {
                server.export("*", "nofilter", "log logfile=/dev/null", "offset offset=0", disk);
            } else {
                // large writes come in parts, except while an edit has a `log` in there
                server.export("*", "nofilter", "offset offset=0", disk);
            }
            server.unix();
            // What the first clients bring along stays: threads, buffers, files.
            fio(Path.of(server.directory() + "/warm"), "--loops=1");
            Await.until("the first clients are gone", () -> server.connections() == 0);
            long descriptors = LeakCheck.descriptorCount();
            long direct = directMemory();
            load();
            Await.until("the clients are gone", () -> server.connections() == 0);
            nothingIsLeft(descriptors, direct);
        } finally {
            server.close();
        }
        before.threadsAreBack();
        before.socketsAreBack();
    }

    private void load() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Path stop = server.directory().resolve("stop");
        try {
            Future<List<Tool>> clients = threads.submit(() -> {
                List<Tool> runs = new ArrayList<>();
                while (!Files.exists(stop)) {
                    runs.add(fio(server.directory().resolve("run" + runs.size()), "--loops=" + (SWAPS > 100 ? 10 : 2)));
                }
                return runs;
            });
            Await.until("fio is connected", () -> server.connections() == 4);
            try {
                change(clients);
            } finally {
                Files.createFile(stop);
            }
            List<Tool> runs = clients.get(120, TimeUnit.SECONDS);
            assertFalse(runs.isEmpty());
            for (Tool run : runs) {
                assertEquals("", run.err());
                assertTrue(run.out().contains("err= 0"), run::out);
            }
        } finally {
            threads.shutdown();
        }
    }

    private void change(Future<List<Tool>> clients) throws Exception {
        int edited = 0;
        for (int i = 0; i < SWAPS; i++) {
            Await.until("fio is connected and the export is active", Duration.ofSeconds(60), () -> clients.isDone()
                    || server.connections() == 4 && isActive(), () -> "");
            assertFalse(clients.isDone(), "fio has ended");
            loaders.add(LiveTest.loader(server.bundle(NOFILTER)));
            if (i % 2 == 0) {
                Path jar = Versions.of(server.bundle(NOFILTER), "2." + i, Files.createTempDirectory(server.directory(), "v"));
                List<SwapRecord> done = control().upgrade(jar.toString(), SluiceControl.ChangeOptions.NONE);
                assertEquals("ok", done.get(0).result());
                pauses.add(done.get(0).pause().toNanos());
            } else {
                Bundle bundle = server.bundle(NOFILTER);
                LiveTest.update(bundle);
            }
            while (edited * (long) SWAPS < (i + 1L) * EDITS) {
                edit(edited++);
            }
        }
    }

    private boolean isActive() {
        return server.awaitExport("*").state() == ExportState.ACTIVE;
    }

    /** Four edits bring the chain back to where it was. */
    private void edit(int number) {
        SluiceControl control = control();
        Await.until("the export is active", this::isActive);
        SwapRecord done = switch (number % 4) {
            case 0 -> control.insert("*", "log logfile=/dev/null", "after:offset", SluiceControl.ChangeOptions.NONE);
            case 1 -> control.move("*", block.equals("4k") ? "log:2" : "log:1", "before:1", SluiceControl.ChangeOptions.NONE);
            case 2 -> control.set("*", "log:1", List.of("logappend=true"), SluiceControl.ChangeOptions.NONE);
            default -> control.remove("*", "log:1", SluiceControl.ChangeOptions.NONE);
        };
        assertEquals("ok", done.result());
        pauses.add(done.pause().toNanos());
    }

    private SluiceControl control() {
        return server.context().getService(server.context().getServiceReference(SluiceControl.class));
    }

    /** Four connections, depth 32, mixed random reads and writes of one size, every block checked. */
    private Tool fio(Path directory, String more) throws Exception {
        Files.createDirectories(directory);
        return Tool.run(Duration.ofSeconds(110), "sh", "-c", "cd '" + directory + "' && exec fio --name=j --ioengine=nbd '--uri="
                + server.unixUri("") + "' --rw=randrw --rwmixread=50 --bs=" + block + " --size=16M --offset_increment=16M --iodepth=32"
                + " --numjobs=4 --verify=crc32c --verify_fatal=1 --verify_backlog=512 --group_reporting --randrepeat=0 " + more).ok();
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(p -> p.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    private void nothingIsLeft(long descriptors, long direct) {
        LiveTest.collected(loaders);
        Await.until("descriptors are back", Duration.ofSeconds(60), () -> {
            System.gc();
            return LeakCheck.descriptorCount() <= descriptors + 4;
        }, () -> descriptors + " before, now " + LeakCheck.descriptors());
        // A pool may keep some more buffers than the first clients needed, but not more with every swap.
        Await.until("direct memory is back", Duration.ofSeconds(60), () -> {
            System.gc();
            return directMemory() <= direct + (16 << 20);
        }, () -> direct + " before, now " + directMemory());
        server.runtime().swaps().forEach(r -> {
            assertTrue(r.result().startsWith("ok"), r::toString);
            assertTrue(r.stranded().isEmpty(), r::toString);
            if (r.what().startsWith("in place")) {
                pauses.add(r.pause().toNanos());
            }
        });
        List<Long> sorted = pauses.stream().sorted().toList();
        System.out.println(SWAPS + " swaps, " + EDITS + " edits; pauses: median "
                + sorted.get(sorted.size() / 2) / 1000 + " us, longest " + sorted.get(sorted.size() - 1) / 1000 + " us");
    }
}
