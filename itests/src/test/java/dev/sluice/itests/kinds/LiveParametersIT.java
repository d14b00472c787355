package dev.sluice.itests.kinds;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Server;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import dev.sluice.itests.live.LiveTest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators do to filters while clients are connected, and what clients see of it. */
class LiveParametersIT extends LiveTest {
    private Path files;

    @Override
    protected Server serving(String... chain) throws Exception {
        return SluiceServer.startWithAllKinds();
    }

    @BeforeAll
    void writeFiles() throws IOException {
        files = sluice().directory().resolve("kinds");
        KindFiles.write(files);
    }

    private Session client(Scratch x) throws IOException {
        return RawNbdClient.greeted(server.address()).structured().go(x.name());
    }

    private Scene scene(Scratch x) {
        return new Scene(server, x.name(), files);
    }

    private void set(Scratch x, String layer, String... words) {
        control().set(x.name(), layer, List.of(words), NONE);
    }

    @Test
    void errorsBeginAndEndUnderAClient() throws Exception {
        try (Scratch x = scratch("error error-rate=0", "memory 1M"); Session s = client(x)) {
            s.read(0, 512).ok();
            control().set(x.name(), "error", List.of("error=ENOSPC", "error-pwrite-rate=100%"), CHANGES_DATA);
            assertEquals(Wire.ENOSPC, s.write(0, (byte) 1).error());
            s.read(0, 512).ok();
            control().set(x.name(), "error", List.of("error-pwrite-rate=0"), CHANGES_DATA);
            s.write(0, (byte) 1).ok();
        }
    }

    @Test
    void aDelayIsChangedUnderAClient() throws Exception {
        try (Scratch x = scratch("delay rdelay=1ms", "memory 1M"); Session s = client(x)) {
            set(x, "delay", "rdelay=150ms");
            long begin = System.nanoTime();
            s.read(0, 512).ok();
            assertTrue(System.nanoTime() - begin >= 150_000_000L, "the new delay was left out");
            set(x, "delay", "rdelay=0");
            s.read(0, 512).ok();
            assertEquals(List.of("delay rdelay=0", "memory 1M"), control().definition(x.name()).layers());
        }
    }

    @Test
    void newClientsMeetNewRulesAndThoseThatAreConnectedStay() throws Exception {
        try (Scratch x = scratch("ip allow=allunix", "memory 1M"); Session s = client(x)) {
            control().set(x.name(), "ip", List.of("allow=192.0.2.1", "deny=all"), NONE);
            scene(x).anotherIsTurnedAway();
            s.stillWorks();
            set(x, "ip", "allow=allunix");
            try (Session t = client(x)) {
                t.stillWorks();
            }
        }
    }

    @Test
    void aLimitIsLoweredUnderItsClients() throws Exception {
        try (Scratch x = scratch("limit limit=2", "memory 1M"); Session s = client(x); Session t = client(x)) {
            scene(x).anotherIsTurnedAway();
            set(x, "limit", "limit=3");
            try (Session u = client(x)) {
                u.stillWorks();
                set(x, "limit", "limit=1");
                s.stillWorks();
                t.stillWorks();
                u.stillWorks();
            }
            scene(x).anotherIsTurnedAway();
        }
    }

    @Test
    void aLimitForEachClientIsSetUnderItsClients() throws Exception {
        try (Scratch x = scratch("limit limit=10", "memory 1M"); Session s = client(x)) {
            set(x, "limit", "limit-per-client=1");
            scene(x).anotherIsTurnedAway();
            try (Session other = RawNbdClient.greeted(server.tcp()).go(x.name())) {
                other.stillWorks();
            }
            set(x, "limit", "limit-per-client=2");
            try (Session t = client(x)) {
                t.stillWorks();
                s.stillWorks();
            }
        }
    }

    @Test
    void protectedBytesAreOthersFromOneRequestToTheNext() throws Exception {
        try (Scratch x = scratch("protect protect=0-511", "memory 1M"); Session s = client(x)) {
            assertEquals(Wire.EPERM, s.write(0, (byte) 1).error());
            s.write(512, (byte) 1).ok();
            control().set(x.name(), "protect", List.of("protect=512-1023"), CHANGES_DATA);
            s.write(0, (byte) 1).ok();
            assertEquals(Wire.EPERM, s.write(512, (byte) 2).error());
        }
    }

    @Test
    void aRequestThatWaitsForTheRateGoesOnWhenItIsRaised() throws Exception {
        Path rate = Files.writeString(files.resolve("rate"), "8");
        try (Scratch x = scratch("rate connection-rate-file=" + rate, "memory 4M"); Session s = client(x)) {
            long waiting = s.send(0, Wire.READ, 0, Wire.MIB);
            Files.writeString(rate, "80G");
            assertEquals(Wire.MIB, s.result(waiting).data().length);
        }
        try (Scratch x = scratch("rate rate=80G", "memory 4M"); Session s = client(x)) {
            set(x, "rate", "rate=40G", "client-rate=20G", "connection-rate=10G");
            s.read(0, Wire.MIB).ok();
        }
    }

    @Test
    void anOffsetMovesUnderAClientWithConsentAndOnlyIfTheSizeStays() throws Exception {
        try (Scratch x = scratch("offset offset=0 range=1M", "pattern 4M"); Session s = client(x)) {
            assertEquals(0, ByteBuffer.wrap(s.read(0, 8).data()).getLong());
            assertContains("not transparent", refusal(() -> set(x, "offset", "offset=1M")));
            assertContains("its size is", refusal(() -> control().set(x.name(), "offset", List.of("range=2M"), CHANGES_DATA)));
            control().set(x.name(), "offset", List.of("offset=1M"), CHANGES_DATA);
            assertEquals(1 << 20, ByteBuffer.wrap(s.read(0, 8).data()).getLong());
        }
        try (Scratch x = scratch("pattern 4M")) {
            // nobody is connected who could have been told another size
            control().insert(x.name(), "offset offset=1M", "", CHANGES_DATA);
            try (Session s = client(x)) {
                assertEquals(3L * Wire.MIB, s.size());
            }
        }
    }

    @Test
    void anotherPartitionOfTheSameSizeTakesThePlaceOfOneWithConsent() throws Exception {
        try (Scratch x = scratch("partition partition=1", "partitioning " + files.resolve("part1") + " " + files.resolve("part2"));
                Session s = client(x)) {
            assertArrayEquals(Pattern.bytes("part1".hashCode(), 0, 512), s.read(0, 512).data());
            assertContains("not transparent", refusal(() -> set(x, "partition", "partition=2")));
            control().set(x.name(), "partition", List.of("partition=2"), CHANGES_DATA);
            assertArrayEquals(Pattern.bytes("part2".hashCode(), 0, 512), s.read(0, 512).data());
            assertContains("partition", refusal(() -> control().set(x.name(), "partition", List.of("partition=3"), CHANGES_DATA)));
            s.stillWorks();
        }
    }

    @Test
    void aDiskIsTruncatedUnderClientsOnlyWhereNobodySeesIt() throws Exception {
        try (Scratch x = scratch("memory 4M"); Session s = client(x)) {
            assertContains("its size is", refusal(() -> control().insert(x.name(), "truncate truncate=2M", "", CHANGES_DATA)));
            control().insert(x.name(), "truncate round-up=1M", "", CHANGES_DATA);
            s.write(4L * Wire.MIB - 1, (byte) 9).ok();
            control().remove(x.name(), "truncate", CHANGES_DATA);
            assertEquals(9, s.read(4L * Wire.MIB - 1, 1).data()[0]);
        }
    }

    @Test
    void jmxTellsLatenciesOfEachOperationWhileClientsWork() throws Exception {
        try (Scratch x = scratch("stats statsfile=" + files.resolve("jmx"), "memory 1M"); Session s = client(x)) {
            for (int i = 0; i < 10; i++) {
                s.read(0, 4096).ok();
            }
            s.write(0, new byte[512]).ok();
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = new ObjectName("dev.sluice:type=StatsFilter,export=" + ObjectName.quote(x.name()) + ",number=1");
            CompositeData[] operations = (CompositeData[]) beans.getAttribute(name, "Operations");
            CompositeData read = Arrays.stream(operations).filter(o -> o.get("operation").equals("read")).findFirst().orElseThrow();
            assertTrue((Long) read.get("requests") >= 10, read::toString);
            assertTrue((Long) read.get("p50") > 0 && (Long) read.get("p50") <= (Long) read.get("max"), read::toString);
            assertTrue(beans.getAttribute(name, "Text").toString().contains("write"));
            control().remove(x.name(), "stats", NONE);
            assertTrue(!beans.isRegistered(name), "the bean of a filter that was taken out");
            s.stillWorks();
        }
    }
}
