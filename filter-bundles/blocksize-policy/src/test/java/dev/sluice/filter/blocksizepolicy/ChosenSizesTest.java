package dev.sluice.filter.blocksizepolicy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import dev.sluice.api.util.ParameterParser;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChosenSizesTest {
    private static ChosenSizes chosen(String... words) {
        return ChosenSizes.from(ParameterParser.parse(BlockSizePolicyFilter.class, "blocksize-policy", List.of(words), Path.of("/")));
    }

    private static BlockSizes told(BlockSizes behind, String... words) throws NbdException {
        return chosen(words).over(behind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "blocksize-minimum=3|it must be a power of 2 of at most 64k",
        "blocksize-minimum=128k|it must be a power of 2 of at most 64k",
        "blocksize-preferred=256|it must be a power of 2 from 512 to 32M",
        "blocksize-preferred=64M|it must be a power of 2 from 512 to 32M",
        "blocksize-preferred=3k|it must be a power of 2 from 512 to 32M",
        "blocksize-maximum=4G|it must be below 4G",
        "blocksize-maximum=511|it must be at least 512, the smallest preferred block size",
        "blocksize-preferred=4k blocksize-minimum=64k|it must not be below blocksize-minimum=64k",
        "blocksize-maximum=4k blocksize-preferred=8k|it must not be below blocksize-preferred=8k",
        "blocksize-maximum=4k blocksize-minimum=8k|it must not be below blocksize-minimum=8k",
        "blocksize-maximum=1000 blocksize-minimum=512|it must be a multiple of blocksize-minimum=512, or 4294967295 for no limit",
        "blocksize-write-disconnect=5G|it must be below 4G"})
    void aSizeThatIsNoneIsRefused(String words, String right) throws Exception {
        String[] all = words.split(" ");
        var e = assertThrows(ConfigException.class, () -> {
            var parameters = ParameterParser.parse(BlockSizePolicyFilter.class, "blocksize-policy", List.of(all), Path.of("/"));
            new BlockSizePolicyFilter().configure(parameters);
        });
        assertEquals("blocksize-policy: " + all[0] + ": " + right, e.getMessage());
    }

    @Test
    void withoutSizesThoseOfTheLayerBehindAreTold() throws Exception {
        assertEquals(BlockSizes.NONE, told(BlockSizes.NONE));
        assertEquals(new BlockSizes(2, 1024, 4096), told(new BlockSizes(2, 1024, 4096)));
        assertEquals(BlockSizes.NONE, told(BlockSizes.NONE, "blocksize-minimum=0", "blocksize-maximum=0"));
    }

    @Test
    void whatIsNotGivenIsUsualIfTheLayerBehindSaysNothing() throws Exception {
        assertEquals(new BlockSizes(1024, 4096, BlockSizes.UNLIMITED), told(BlockSizes.NONE, "blocksize-minimum=1k"));
        assertEquals(new BlockSizes(1, 1024, BlockSizes.UNLIMITED), told(BlockSizes.NONE, "blocksize-preferred=1k"));
        assertEquals(new BlockSizes(1, 4096, 1 << 20), told(BlockSizes.NONE, "blocksize-maximum=1M"));
        assertEquals(new BlockSizes(512, 4096, BlockSizes.UNLIMITED),
                told(BlockSizes.NONE, "blocksize-minimum=512", "blocksize-maximum=4294967295"));
    }

    @Test
    void thePreferredSizeThatIsNotGivenFitsBetweenTheOthers() throws Exception {
        assertEquals(new BlockSizes(65536, 65536, BlockSizes.UNLIMITED), told(BlockSizes.NONE, "blocksize-minimum=64k"));
        assertEquals(new BlockSizes(1, 512, 1000), told(BlockSizes.NONE, "blocksize-maximum=1000"));
        assertEquals(new BlockSizes(512, 1024, 1536), told(BlockSizes.NONE, "blocksize-minimum=512", "blocksize-maximum=1536"));
    }

    @Test
    void whatIsGivenReplacesWhatTheLayerBehindSays() throws Exception {
        BlockSizes behind = new BlockSizes(512, 65536, 1 << 20);
        assertEquals(new BlockSizes(4096, 65536, 1 << 20), told(behind, "blocksize-minimum=4k"));
        assertEquals(new BlockSizes(1, 1024, 2048), told(behind, "blocksize-minimum=1", "blocksize-preferred=1k", "blocksize-maximum=2k"));
    }

    @Test
    void aContradictionWithTheLayerBehindIsRefused() {
        var e = assertThrows(NbdException.class, () -> told(new BlockSizes(512, 65536, 1 << 20), "blocksize-maximum=4k"));
        assertEquals("the block sizes that were given and those of the layer behind (512, 65536, 1048576) contradict each other: maximum"
                + " block size must be 0xffffffff, or a multiple of the minimum 512 and not below the preferred 65536, not 4096",
                e.getMessage());
    }
}
