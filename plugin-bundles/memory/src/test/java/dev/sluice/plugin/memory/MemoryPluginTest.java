package dev.sluice.plugin.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.SharedFile;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import dev.sluice.api.util.ParameterParser;
import dev.sluice.shared.libc.LibC;
import dev.sluice.shared.libc.OpenDescriptors;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPluginTest extends PluginContract {
    private static final int SIZE = 1_500_001;
    private static final long HOLE = MetaContext.HOLE | MetaContext.ZERO;

    @Override
    protected NbdPlugin newKind() {
        return new MemoryPlugin();
    }

    @Override
    protected String kindName() {
        return "memory";
    }

    @Override
    protected List<String> words() {
        return List.of(Integer.toString(SIZE));
    }

    @Override
    protected byte[] expected(Connection connection) {
        return new byte[SIZE];
    }

    @Test
    void theSizeIsRequired() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of()));
        assertTrue(e.getMessage().contains("size"), e.getMessage());
    }

    @Test
    void theDiskMayBeEmpty() throws Exception {
        assertEquals(0, start(List.of("0")).connect().info().size());
    }

    @Test
    void theDiskMayBeAsLargeAsTheProtocolAllows() throws Exception {
        Connection c = start(List.of("size=9223372036854775807")).connect();
        c.write(Long.MAX_VALUE - 8192, new byte[] {7}, Flags.NONE);
        assertArrayEquals(new byte[] {0, 7, 0}, c.read(Long.MAX_VALUE - 8193, 3));
        assertArrayEquals(new byte[1 << 20], c.read(1L << 62, 1 << 20));
    }

    @Test
    void theLastByteOfTheLargestDiskIsNotOutOfReachForOtherRequests() throws Exception {
        Connection c = start(List.of("size=9223372036854775807")).connect();
        assumeTrue(c.info().canTrim(), "not sparse here");
        c.device().trim(0, Long.MAX_VALUE, Flags.NONE);
        c.device().zero(Long.MAX_VALUE - 1, 1, Flags.NONE);
        assertEquals(List.of(new RecordingSink.Extent(0, Long.MAX_VALUE, HOLE)), c.status(0, Long.MAX_VALUE, Flags.NONE));
    }

    @Test
    void mallocIsTheSameStorage() throws Exception {
        Connection c = start(List.of("1M", "allocator=malloc")).connect();
        assertArrayEquals(new byte[1 << 20], c.readAll());
    }

    @Test
    void compressedMemoryIsRefused() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("1M", "allocator=zstd")));
        assertEquals("allocator=zstd is not supported: there is no compressed memory here, use allocator=sparse", e.getMessage());
    }

    @Test
    void anUnknownAllocatorIsRefused() {
        ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("1M", "allocator=jemalloc")));
        assertTrue(e.getMessage().contains("jemalloc"), e.getMessage());
    }

    @Test
    void everyCapabilityIsThere() throws Exception {
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        DeviceInfo info = start().connect().info();
        assertTrue(info.isWritable() && info.canFlush() && info.canTrim() && info.canFastZero() && info.extents() && info.multiConn());
        assertEquals(List.of(Support.NATIVE, Support.NATIVE, Support.NATIVE), List.of(info.zero(), info.fua(), info.cache()));
        assertEquals(new BlockSizes(1, 4096, BlockSizes.UNLIMITED), info.blockSizes());
    }

    @Test
    void aReadOnlyClientIsOfferedNoChange() throws Exception {
        LayerHarness h = start();
        DeviceInfo info = h.connect(new TestOpenRequest(h.context(), "", true, new TestClient(1))).info();
        assertFalse(info.isWritable() || info.canTrim() || info.canFastZero());
        assertTrue(info.canFlush() && info.multiConn());
    }

    @Test
    void allClientsShareTheDisk() throws Exception {
        LayerHarness h = start();
        h.connect().write(100, new byte[] {1, 2, 3}, Flags.NONE);
        Connection other = h.connect(new TestOpenRequest(h.context(), "anything", false, new TestClient(2)));
        assertArrayEquals(new byte[] {1, 2, 3}, other.read(100, 3));
    }

    @Test
    void largeReadsLeaveAsRangesOfAFileAndSmallOnesDoNot() throws Exception {
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        Connection c = start().connect();
        RecordingReply large = new RecordingReply(FileStore.FILE_RANGE);
        c.device().read(1, FileStore.FILE_RANGE, large);
        RecordingReply small = new RecordingReply(FileStore.FILE_RANGE - 1);
        c.device().read(1, FileStore.FILE_RANGE - 1, small);
        assertEquals(List.of(RecordingReply.Kind.FILE), large.kinds());
        assertEquals(List.of(RecordingReply.Kind.BUFFER), small.kinds());
        large.finish();
        small.finish();
    }

    @Test
    void onlyWhatWasWrittenIsAllocatedAndTrimGivesItBack() throws Exception {
        Connection c = start(List.of("1G")).connect();
        assumeTrue(c.info().extents(), "not sparse here");
        c.read(0, 1 << 20);
        assertEquals(List.of(new RecordingSink.Extent(0, 1 << 30, HOLE)), c.status(0, 1 << 30, Flags.NONE));
        c.write(1 << 20, new byte[8192], Flags.NONE);
        assertEquals(List.of(new RecordingSink.Extent(0, 1 << 20, HOLE), new RecordingSink.Extent(1 << 20, 8192, 0),
                new RecordingSink.Extent((1 << 20) + 8192, (1 << 30) - (1 << 20) - 8192, HOLE)), c.status(0, 1 << 30, Flags.NONE));
        c.device().trim(0, 1 << 30, Flags.NONE);
        assertEquals(List.of(new RecordingSink.Extent(0, 1 << 30, HOLE)), c.status(0, 1 << 30, Flags.NONE));
    }

    @Test
    void oneExtentIsEnoughIfTheClientSaysSo() throws Exception {
        Connection c = start(List.of("1G")).connect();
        assumeTrue(c.info().extents(), "not sparse here");
        c.write(1 << 20, new byte[8192], Flags.NONE);
        assertEquals(List.of(new RecordingSink.Extent(0, 1 << 20, HOLE)), c.status(0, 1 << 30, Flags.of(Flags.REQ_ONE)));
    }

    @Test
    void aReplyThatIsStillBeingSentOutlivesTheDisk() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.write(0, new byte[] {5}, Flags.NONE);
        RecordingReply reply = new RecordingReply(1 << 20);
        c.device().read(0, 1 << 20, reply);
        c.disconnect();
        h.layer().close();
        assertEquals(5, reply.finish()[0]);
    }

    @Test
    void aSuccessorOfAnotherSizeIsRefused() throws Exception {
        LayerHarness h = start();
        MemoryPlugin other = new MemoryPlugin();
        ConfigException e = assertThrows(ConfigException.class,
                () -> other.adopt(new HandOver("dev.sluice.plugin.memory", 1, Map.of("size", (long) SIZE))));
        assertEquals("size=0 is not the size of the disk in use, which has " + SIZE + " bytes", e.getMessage());
        assertEquals(SIZE, h.connect().info().size());
    }

    @Test
    void aStateOfAnotherKindIsRefused() {
        ConfigException e = assertThrows(ConfigException.class,
                () -> new MemoryPlugin().adopt(new HandOver("other", 3, Map.of())));
        assertTrue(e.getMessage().contains("'other' version 3"), e.getMessage());
    }

    @Test
    void aSwapBeforeTheFirstClientStartsWithZeroes() throws Exception {
        LayerHarness h = start();
        h.swap();
        assertArrayEquals(new byte[SIZE], h.connect().readAll());
    }

    @Test
    void nobodyCanOpenADiskThatWasHandedOver() throws Exception {
        LayerHarness h = start();
        h.connect();
        HandOver state = h.layer().release().orElseThrow();
        NbdException e = assertThrows(NbdException.class, h::connect);
        assertEquals(NbdError.ESHUTDOWN, e.error());
        h.layer().adopt(state);
        h.connect().readAll();
    }

    @Test
    void aSuccessorThatHandsTheDiskBackLeavesTheOldConnectionsOnIt() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.write(0, new byte[] {1}, Flags.NONE);
        MemoryPlugin successor = new MemoryPlugin();
        successor.configure(ParameterParser.parse(MemoryPlugin.class, "memory", words(), directory));
        successor.ready(h.context());
        successor.adopt(h.layer().release().orElseThrow());
        h.layer().adopt(successor.release().orElseThrow());
        successor.close();
        h.connect().write(1, new byte[] {2}, Flags.NONE);
        assertArrayEquals(new byte[] {1, 2}, c.read(0, 2));
    }

    @Test
    void aWriteAcrossTwoWindowsIsReadBack() throws Exception {
        Connection c = start(List.of("3G")).connect();
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
        c.write(2L * SharedFile.WINDOW - 5, bytes, Flags.NONE);
        assertArrayEquals(bytes, c.read(2L * SharedFile.WINDOW - 5, 8));
        assertArrayEquals(new byte[8], c.read(SharedFile.WINDOW - 4, 8));
    }

    @Test
    void theLastByteOfADiskTooLargeForMappingsIsWritten() throws Exception {
        Connection c = start(List.of(Long.toString(Long.MAX_VALUE))).connect();
        c.write(Long.MAX_VALUE - 1, new byte[] {9}, Flags.NONE);
        assertArrayEquals(new byte[] {9}, c.read(Long.MAX_VALUE - 1, 1));
    }

    @Test
    void theEndOfTheLayerGivesTheMemoryBackAtOnce() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        assumeTrue(c.info().extents(), "not sparse here");
        c.write(0, new byte[] {5}, Flags.NONE);
        HandOver state = h.layer().release().orElseThrow();
        try (FileChannel file = FileChannel.open(OpenDescriptors.path((Integer) state.state().get("descriptor")))) {
            h.layer().adopt(state);
            c.disconnect();
            h.layer().close();
            ByteBuffer first = ByteBuffer.allocate(1);
            file.read(first, 0);
            assertEquals(0, first.get(0));
        }
    }
}
