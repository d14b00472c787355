package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the wrapper in front of every device keeps, rule by rule. */
class RulesTest {
    private static final int SIZE = 64 << 10;
    private static final Flags FUA = Flags.of(Flags.FUA);

    private final CoreServices core = new CoreServices();
    private final Chains chains = new Chains(core);
    private final ModelDevice model = ModelDevice.of(new byte[SIZE]);

    @AfterEach
    void nothingLeaks() {
        core.assertNothingLeaked();
        core.close();
    }

    private NbdDevice with(DeviceInfo.Builder info) throws NbdException {
        return chains.around(model.with(info.build())).device();
    }

    private static void fails(NbdError error, Executable call) {
        assertEquals(error, assertThrows(NbdException.class, call).error());
    }

    private static ByteBuffer bytes(int n) {
        return ByteBuffer.allocate(n);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "65536,1", "65535,2", "-1,1", "9223372036854775807,1", "0,65537"})
    void aReadOutsideOfTheDeviceIsEinval(long offset, int length) throws Exception {
        NbdDevice device = chains.around(model).device();
        fails(NbdError.EINVAL, () -> device.read(offset, length, new RecordingReply(Math.max(1, length))));
        assertEquals(List.of(), model.takeCalls());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "65536,1", "65535,2", "-1,1", "9223372036854775807,1"})
    void aWriteOutsideOfTheDeviceIsEnospc(long offset, int length) throws Exception {
        NbdDevice device = chains.around(model).device();
        fails(NbdError.ENOSPC, () -> device.write(offset, bytes(length), Flags.NONE));
        assertEquals(List.of(), model.takeCalls());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "65536,1", "1,65536", "-1,1", "1,-1", "1,9223372036854775807", "9223372036854775807,9223372036854775807"})
    void otherRequestsOutsideOfTheDeviceFailAsInNbdkit(long offset, long length) throws Exception {
        NbdDevice device = chains.around(model).device();
        fails(NbdError.EINVAL, () -> device.trim(offset, length, Flags.NONE));
        fails(NbdError.ENOSPC, () -> device.zero(offset, length, Flags.NONE));
        fails(NbdError.EINVAL, () -> device.cache(offset, length));
        fails(NbdError.EINVAL, () -> device.status(MetaContext.BASE_ALLOCATION, offset, length, Flags.NONE,
                new RecordingSink(0, 1, SIZE, false)));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void theWholeDeviceAndItsLastByteAreInside() throws Exception {
        NbdDevice device = chains.around(model).device();
        device.trim(0, SIZE, Flags.NONE);
        device.trim(SIZE - 1, 1, Flags.NONE);
        assertEquals(List.of("trim 0 65536", "trim 65535 1"), model.takeCalls());
    }

    @Test
    void aTooLongRequestNamesItsUnsignedLength() throws Exception {
        NbdDevice device = chains.around(model).device();
        NbdException e = assertThrows(NbdException.class, () -> device.trim(0, -1, Flags.NONE));
        assertTrue(e.getMessage().contains("18446744073709551615 bytes"), e.getMessage());
    }

    @Test
    void aReadOnlyDeviceOffersNothingThatWrites() throws Exception {
        DeviceInfo info = chains.around(model, true).chain().info();
        assertFalse(info.isWritable());
        assertFalse(info.canTrim());
        assertEquals(Support.NONE, info.zero());
        assertFalse(info.canFastZero());
        assertEquals(Support.NONE, info.fua());
        assertTrue(info.canFlush());
        assertTrue(info.multiConn());
        assertEquals(Support.NATIVE, info.cache());
    }

    @Test
    void writingToAReadOnlyDeviceIsEperm() throws Exception {
        NbdDevice device = chains.around(model, true).device();
        fails(NbdError.EPERM, () -> device.write(0, bytes(1), Flags.NONE));
        fails(NbdError.EPERM, () -> device.trim(0, 1, Flags.NONE));
        fails(NbdError.EPERM, () -> device.zero(0, 1, Flags.NONE));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void whatIsNotOfferedIsEinval() throws Exception {
        NbdDevice device = with(DeviceInfo.writable(SIZE).zero(Support.NONE));
        fails(NbdError.EINVAL, device::flush);
        fails(NbdError.EINVAL, () -> device.trim(0, 1, Flags.NONE));
        fails(NbdError.EINVAL, () -> device.zero(0, 1, Flags.NONE));
        fails(NbdError.EINVAL, () -> device.cache(0, 1));
        fails(NbdError.EINVAL, () -> device.write(0, bytes(1), FUA));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void thereIsNoFastZeroWithoutZero() throws Exception {
        assertFalse(with(DeviceInfo.writable(SIZE).zero(Support.NONE).fastZero(true)).info().canFastZero());
    }

    @Test
    void aRequestThatIsNotOfferedCountsAsOneError() throws Exception {
        Chains.Single single = chains.around(model.with(DeviceInfo.writable(SIZE).build()));
        fails(NbdError.EINVAL, () -> single.device().write(0, bytes(1), FUA));
        assertEquals(1, single.layer().requests());
        assertEquals(1, single.layer().errors());
    }

    @Test
    void emulatedFuaIsAFlushAfterwards() throws Exception {
        NbdDevice device = with(DeviceInfo.writable(SIZE).flush(true).trim(true).zero(Support.NATIVE));
        device.write(0, bytes(1), FUA);
        device.trim(0, 1, FUA);
        device.zero(0, 1, FUA);
        assertEquals(List.of("write 0 1", "flush", "trim 0 1", "flush", "zero 0 1", "flush"), model.takeCalls());
    }

    @Test
    void emulatedFuaFlushesEvenWhereFlushIsNotOffered() throws Exception {
        with(DeviceInfo.writable(SIZE).fua(Support.EMULATE)).write(0, bytes(1), FUA);
        assertEquals(List.of("write 0 1", "flush"), model.takeCalls());
    }

    @Test
    void nativeFuaIsPassedOn() throws Exception {
        NbdDevice device = with(DeviceInfo.writable(SIZE).flush(true).trim(true).zero(Support.NATIVE).fua(Support.NATIVE));
        device.write(0, bytes(1), FUA);
        device.trim(0, 1, FUA);
        device.zero(0, 1, FUA);
        assertEquals(List.of("write 0 1 fua", "trim 0 1 fua", "zero 0 1 fua"), model.takeCalls());
    }

    @Test
    void emulatedZeroWritesPiecesAndFlushesOnce() throws Exception {
        ModelDevice big = ModelDevice.of(new byte[3 << 20]);
        NbdDevice device = chains.around(big.with(DeviceInfo.writable(3 << 20).flush(true).build())).device();
        device.zero(512, (2 << 20) + 100, Flags.of(Flags.FUA | Flags.MAY_TRIM));
        assertEquals(List.of("write 512 1048576", "write 1049088 1048576", "write 2097664 100", "flush"), big.takeCalls());
    }

    @Test
    void emulatedZeroWithNativeFuaPassesItToEveryPiece() throws Exception {
        ModelDevice big = ModelDevice.of(new byte[3 << 20]);
        NbdDevice device = chains.around(big.with(DeviceInfo.writable(3 << 20).fua(Support.NATIVE).build())).device();
        device.zero(0, (1 << 20) + 1, FUA);
        assertEquals(List.of("write 0 1048576 fua", "write 1048576 1 fua"), big.takeCalls());
    }

    @Test
    void anEmulatedZeroIsNeverFast() throws Exception {
        NbdDevice device = with(DeviceInfo.writable(SIZE));
        assertTrue(device.info().canFastZero());
        fails(NbdError.ENOTSUP, () -> device.zero(0, 1, Flags.of(Flags.FAST_ZERO)));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void aFastZeroThatIsNotOfferedIsEinval() throws Exception {
        NbdDevice device = with(DeviceInfo.writable(SIZE).zero(Support.NATIVE));
        fails(NbdError.EINVAL, () -> device.zero(0, 1, Flags.of(Flags.FAST_ZERO)));
    }

    private NbdDevice withoutRealZero() throws NbdException {
        return chains.around(new FakeDevice(new Journal(), "d", model) {
            @Override
            public void zero(long offset, long length, Flags flags) throws IOException {
                throw new NbdException(NbdError.ENOTSUP, "not here");
            }
        }).device();
    }

    @Test
    void aNativeZeroThatIsNotSupportedHereIsWritten() throws Exception {
        withoutRealZero().zero(0, 10, Flags.of(Flags.MAY_TRIM));
        assertEquals(List.of("write 0 10"), model.takeCalls());
    }

    @Test
    void aFastZeroThatIsNotSupportedHereIsNotWritten() throws Exception {
        NbdDevice device = withoutRealZero();
        fails(NbdError.ENOTSUP, () -> device.zero(0, 10, Flags.of(Flags.FAST_ZERO)));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void aZeroThatFailsOtherwiseIsNotWritten() throws Exception {
        NbdDevice device = chains.around(model).device();
        model.failWith(NbdError.ENOSPC);
        fails(NbdError.ENOSPC, () -> device.zero(0, 10, Flags.NONE));
        assertEquals(List.of("zero 0 10"), model.takeCalls());
    }

    @Test
    void emulatedCacheReadsAndDrops() throws Exception {
        ModelDevice big = ModelDevice.of(new byte[3 << 20]);
        NbdDevice device = chains.around(big.with(DeviceInfo.readOnly(3 << 20).cache(Support.EMULATE).build())).device();
        device.cache(5, (2 << 20) + 1);
        assertEquals(List.of("read 5 1048576", "read 1048581 1048576", "read 2097157 1"), big.takeCalls());
    }

    @Test
    void nativeCacheIsPassedOn() throws Exception {
        with(DeviceInfo.readOnly(SIZE).cache(Support.NATIVE)).cache(1, 2);
        assertEquals(List.of("cache 1 2"), model.takeCalls());
    }

    @Test
    void withoutExtentsEverythingIsData() throws Exception {
        RecordingSink sink = new RecordingSink(512, 1024, SIZE, false);
        with(DeviceInfo.readOnly(SIZE)).status(MetaContext.BASE_ALLOCATION, 512, 1024, Flags.NONE, sink);
        assertEquals(List.of(new RecordingSink.Extent(512, 1024, 0)), sink.extents());
        assertEquals(List.of(), model.takeCalls());
    }

    /** A device whose read does this. */
    private interface Read {
        void run(int length, ReadReply reply) throws IOException;
    }

    private Chains.Single reading(Read read) throws NbdException {
        return chains.around(new NoDevice() {
            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                read.run(length, reply);
            }
        });
    }

    @Test
    void aReadThatDescribesTooLittleFailsAndTheReplyIsAsBefore() throws Exception {
        Chains.Single single = reading((length, reply) -> reply.zeroes(length - 1));
        RecordingReply reply = new RecordingReply(100);
        fails(NbdError.EIO, () -> single.device().read(0, 100, reply));
        assertEquals(100, reply.remaining());
        assertEquals(1, single.layer().faults());
    }

    @Test
    void aReadThatFillsHalfOfItsBufferFailsAndTheReplyIsAsBefore() throws Exception {
        Chains.Single single = reading((length, reply) -> reply.buffer(length).put(new byte[length / 2]));
        RecordingReply reply = new RecordingReply(100);
        fails(NbdError.EIO, () -> single.device().read(0, 100, reply));
        assertEquals(100, reply.remaining());
    }

    @Test
    void aReadThatDescribesTooMuchOfALargerReplyFailsAndTheReplyIsAsBefore() throws Exception {
        Chains.Single single = reading((length, reply) -> reply.zeroes(length + 1));
        RecordingReply reply = new RecordingReply(100);
        fails(NbdError.EIO, () -> single.device().read(0, 50, reply));
        assertEquals(100, reply.remaining());
    }

    @Test
    void aReadThatThrowsLeavesTheReplyAsBefore() throws Exception {
        NbdDevice device = chains.around(model).device();
        model.failWith(NbdError.ENOMEM);
        RecordingReply reply = new RecordingReply(100);
        fails(NbdError.ENOMEM, () -> device.read(0, 100, reply));
        assertEquals(100, reply.remaining());
        model.failWith(null);
        device.read(0, 100, reply);
        assertArrayEquals(new byte[100], reply.finish());
    }

    private static final class Lines extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger("dev.sluice.layer");
        private final Journal journal = new Journal();

        Lines() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord r) {
            journal.add(r.getMessage());
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    private static void recurse(int depth) {
        recurse(depth + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime", "error", "stack", "checked"})
    void whatALayerThrowsBesidesTheApiIsEioCountedAndLoggedOnce(String what) throws Exception {
        Chains.Single single = reading((length, reply) -> {
            switch (what) {
                case "runtime" -> throw new IllegalStateException("test");
                case "error" -> throw new NoClassDefFoundError("test");
                case "stack" -> recurse(0);
                default -> throw new IOException("test");
            }
        });
        try (Lines lines = new Lines()) {
            for (int i = 0; i < 3; i++) {
                fails(NbdError.EIO, () -> single.device().read(0, 1, new RecordingReply(1)));
            }
            assertEquals(3, single.layer().errors());
            assertEquals(3, single.layer().faults());
            List<String> logged = lines.journal.take();
            assertEquals(1, logged.size(), logged.toString());
            assertTrue(logged.get(0).contains("export e") && logged.get(0).contains("fake"), logged.get(0));
        }
    }

    @Test
    void anErrorOfTheApiIsCountedButNoFault() throws Exception {
        Chains.Single single = chains.around(model);
        model.failWith(NbdError.ENOSPC);
        fails(NbdError.ENOSPC, () -> single.device().write(0, bytes(1), Flags.NONE));
        assertEquals(1, single.layer().errors());
        assertEquals(0, single.layer().faults());
    }

    @Test
    void everyRequestIsCountedOnce() throws Exception {
        Chains.Single single = chains.around(model);
        NbdDevice d = single.device();
        d.read(0, 1, new RecordingReply(1));
        d.write(0, bytes(1), Flags.NONE);
        d.flush();
        d.trim(0, 1, Flags.NONE);
        d.zero(0, 1, Flags.NONE);
        d.cache(0, 1);
        d.status(MetaContext.BASE_ALLOCATION, 0, 1, Flags.NONE, new RecordingSink(0, 1, SIZE, false));
        assertEquals(7, single.layer().requests());
        assertEquals(0, single.layer().errors());
    }
}
