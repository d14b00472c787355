package dev.sluice.filter.blocksize;

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

class LimitsTest {
    private static Limits limits(String... words) {
        return Limits.from(ParameterParser.parse(BlockSizeFilter.class, "blocksize", List.of(words), Path.of("/")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "minblock=3|it must be a power of 2 of at most 64k",
        "minblock=128k|it must be a power of 2 of at most 64k",
        "minblock=0|it must not be 0; leave it out for the default",
        "maxdata=0|it must not be 0; leave it out for the default",
        "maxlen=0|it must not be 0; leave it out for the default",
        "maxdata=4G|it must be below 4G",
        "maxlen=5G|it must be below 4G",
        "maxdata=1000 minblock=1k|it must be a multiple of minblock=1k",
        "maxlen=1000 minblock=512|it must be a multiple of minblock=512"})
    void aLimitThatIsNoneIsRefused(String words, String right) {
        String[] all = words.split(" ");
        assertEquals("blocksize: " + all[0] + ": " + right, assertThrows(ConfigException.class, () -> limits(all)).getMessage());
    }

    @Test
    void withoutAnythingRequestsAreAsLargeAsTheProtocolAllows() throws Exception {
        assertEquals(new Limits(1, 64 << 20, 0xffff_ffffL), limits().with(BlockSizes.NONE));
        assertEquals(new Limits(4096, 64 << 20, 0xffff_f000L), limits("minblock=4k").with(BlockSizes.NONE));
    }

    @Test
    void whatTheLayerBehindWantsIsKept() throws Exception {
        BlockSizes behind = new BlockSizes(4096, 4096, 1 << 20);
        assertEquals(new Limits(4096, 1 << 20, 0xffff_f000L), limits().with(behind));
        assertEquals(new Limits(4096, 8192, 4096), limits("minblock=512", "maxdata=10k", "maxlen=5k").with(behind));
        assertEquals(new Limits(8192, 1 << 20, 0xffff_e000L), limits("minblock=8k", "maxdata=2M").with(behind));
    }

    @Test
    void aMaximumThatIsNoBlockOfTheLayerBehindIsRefused() {
        BlockSizes behind = new BlockSizes(4096, 4096, 1 << 20);
        assertEquals("blocksize: requests of 512 bytes at most can't be made of blocks of 4096 bytes, which is what the layer behind wants",
                assertThrows(NbdException.class, () -> limits("maxdata=512").with(behind)).getMessage());
        assertEquals("blocksize: requests of 4096 bytes at most can't be made of blocks of 65536 bytes, which is what minblock says",
                assertThrows(NbdException.class, () -> limits("minblock=64k").with(new BlockSizes(1, 4096, 4096))).getMessage());
    }
}
