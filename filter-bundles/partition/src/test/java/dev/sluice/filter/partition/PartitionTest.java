package dev.sluice.filter.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply.Kind;
import dev.sluice.api.contract.RecordingSink.Extent;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionTest {
    private final byte[] bytes = new SeededRandom(7).bytes(200 * 1024);

    private static LayerHarness start(ModelDevice model, String... words) throws Exception {
        return LayerHarness.filter(PartitionFilter::new, "partition", List.of(words), Path.of("/"), model).start();
    }

    private static String refusal(ModelDevice model, String... words) throws Exception {
        LayerHarness h = start(model, words);
        return assertThrows(NbdException.class, h::connect).getMessage();
    }

    @Test
    void everyRequestArrivesWithTheStartOfThePartition() throws Exception {
        ModelDevice model = ModelDevice.of(Tables.mbr(bytes, 2, 100));
        Connection c = start(model, "partition=1").connect();
        model.takeCalls();
        assertEquals(51_200, c.info().size());
        c.read(0, 10);
        c.write(1, new byte[] {1, 2}, Flags.of(Flags.FUA));
        c.device().trim(51_199, 1, Flags.NONE);
        c.device().zero(5, 6, Flags.of(Flags.MAY_TRIM));
        c.device().cache(7, 8);
        assertEquals(List.of("read 1024 10", "write 1025 2 fua", "trim 52223 1", "zero 1029 6 may_trim", "cache 1031 8"),
                model.takeCalls());
    }

    @Test
    void extentsAreCutToThePartition() throws Exception {
        ModelDevice model = ModelDevice.of(Tables.mbr(bytes, 4, 100));
        model.zero(8192, 4096, Flags.NONE);
        Connection c = start(model, "partition=1").connect();
        assertEquals(List.of(new Extent(0, 6144, 0), new Extent(6144, 4096, 3), new Extent(10_240, 40_960, 0)),
                c.status(0, 51_200, Flags.NONE));
    }

    @Test
    void memoryOfTheNextLayerPassesWithoutACopy() throws Exception {
        ModelDevice model = ModelDevice.of(Tables.mbr(bytes, 4, 100)).leases(true);
        assertEquals(List.of(Kind.LEASE), start(model, "partition=1").connect().readReply(5, 100).kinds());
        assertEquals(0, model.leasesHeld());
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void aPartitionOfAGptIsServed(int sectorSize) throws Exception {
        ModelDevice model = ModelDevice.of(Tables.gpt(bytes, sectorSize, 10, 19));
        Connection c = start(model, "partition=3", "partition-sectorsize=" + sectorSize).connect();
        assertArrayEquals(Arrays.copyOfRange(bytes, 10 * sectorSize, 20 * sectorSize), c.readAll());
    }

    @Test
    void theSectorSizeIsTheMinimumBlockSizeOfTheLayerBehind() throws Exception {
        ModelDevice model = ModelDevice.of(Tables.gpt(bytes, 4096, 10, 19));
        model.with(model.info().with().blockSizes(new BlockSizes(4096, 4096, BlockSizes.UNLIMITED)).build());
        Connection c = start(model, "partition=3").connect();
        assertEquals(40_960, c.info().size());
        // the table was read in whole blocks only
        model.takeCalls().forEach(call -> assertEquals("4096", call.split(" ")[2], call));
    }

    @Test
    void aGptForOtherSectorsIsNamed() throws Exception {
        assertEquals("the disk has a GPT for sectors of 4096 bytes, not of 512; partition-sectorsize=4096 is right",
                refusal(ModelDevice.of(Tables.gpt(bytes, 4096, 10, 19)), "partition=3"));
        assertEquals("the disk has a GPT for sectors of 512 bytes, not of 4096; partition-sectorsize=512 is right",
                refusal(ModelDevice.of(Tables.gpt(bytes, 512, 10, 19)), "partition=3", "partition-sectorsize=4k"));
    }

    @Test
    void whatIsNotThereIsRefusedWithTheReason() throws Exception {
        assertEquals("MBR partition 2 not found", refusal(ModelDevice.of(Tables.mbr(bytes, 4, 100)), "partition=2"));
        assertEquals("MBR partition 5 would be a logical one, but there is no extended partition in the table",
                refusal(ModelDevice.of(Tables.mbr(bytes, 4, 100)), "partition=5"));
        assertEquals("MBR partition 1 (400 sectors from 4) is outside of the disk of 400 sectors",
                refusal(ModelDevice.of(Tables.mbr(bytes, 4, 400)), "partition=1"));
        assertEquals("GPT partition 1 not found", refusal(ModelDevice.of(Tables.gpt(bytes, 512, 10, 19)), "partition=1"));
        assertEquals("the disk has neither an MBR nor a GPT: there is no signature of a partition table",
                refusal(ModelDevice.of(new byte[10_000]), "partition=1"));
        assertEquals("the disk of 0 bytes is too small to have partitions", refusal(ModelDevice.of(new byte[0]), "partition=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "2147483648"})
    void aNumberThatIsNoneIsRefused(String number) {
        var e = assertThrows(ConfigException.class, () -> start(ModelDevice.of(bytes), "partition=" + number));
        assertEquals("partition: partition=" + number + ": partitions are counted from 1", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "513", "8k"})
    void anotherSectorSizeIsRefused(String size) {
        var e = assertThrows(ConfigException.class, () -> start(ModelDevice.of(bytes), "partition=1", "partition-sectorsize=" + size));
        assertEquals("partition: partition-sectorsize=" + size + ": it must be 512 or 4k", e.getMessage());
    }

    @Test
    void aFailureWhileTheTableIsReadComesThroughAndTheNextClientTriesAgain() throws Exception {
        ModelDevice model = ModelDevice.of(Tables.mbr(bytes, 4, 100));
        LayerHarness h = start(model, "partition=1");
        model.failWith(NbdError.EIO);
        assertEquals(NbdError.EIO, assertThrows(NbdException.class, h::connect).error());
        model.failWith(null);
        assertEquals(51_200, h.connect().info().size());
    }

    @Test
    void theDescriptionNamesThePartition() throws Exception {
        LayerHarness h = start(ModelDevice.of(Tables.mbr(bytes, 4, 100)), "partition=1");
        TestOpenRequest request = new TestOpenRequest(h.context(), "", false, new TestClient(1));
        assertEquals("partition 1 of description of the model", ((NbdFilter) h.layer()).description(request, h.next()));
    }
}
