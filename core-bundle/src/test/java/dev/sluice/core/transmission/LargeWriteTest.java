package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.runtime.OperationMetrics;
import dev.sluice.core.protocol.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large writes that a device takes as they arrive, and those that it does not. */
class LargeWriteTest {
    private static final int SIZE = 8 << 20;
    private static final int LARGE = 1 << 20;

    private static final byte[] BYTES = new byte[3 * LARGE];

    static {
        new Random(1).nextBytes(BYTES);
    }

    /** An array that notes how it is written to. */
    private static class Disk implements NbdDevice {
        final byte[] contents = new byte[SIZE];
        /** Offset and length of each call. */
        final List<long[]> writes = new CopyOnWriteArrayList<>();
        volatile boolean parts = true;
        volatile boolean memory;
        volatile int mostMemory = 700_001;

        @Override
        public DeviceInfo info() {
            return DeviceInfo.writable(SIZE).flush(true).fua(Support.NATIVE).build();
        }

        @Override
        public void read(long offset, int length, ReadReply reply) throws IOException {
            reply.buffer(length).put(contents, (int) offset, length);
        }

        @Override
        public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
            writes.add(new long[] {offset, data.remaining()});
            data.get(contents, (int) offset, data.remaining());
        }

        @Override
        public boolean writesInParts() {
            return parts;
        }

        @Override
        public ByteBuffer destination(long offset, int length) {
            return memory ? ByteBuffer.wrap(contents, (int) offset, Math.min(length, mostMemory)) : null;
        }

        long written() {
            return writes.stream().mapToLong(w -> w[1]).sum();
        }

        byte[] at(int offset, int length) {
            return Arrays.copyOfRange(contents, offset, offset + length);
        }
    }

    private final Disk disk = new Disk();

    @ParameterizedTest
    @CsvSource({"4097,262144", "4097,262145", "4097,400000", "4097,1048576", "0,3145728", "0,350000", "0,389119", "100,480001"})
    void aLargeWriteIsGivenToTheDeviceAsItArrives(int offset, int length) throws Exception {
        byte[] bytes = Arrays.copyOf(BYTES, length);
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, offset, length, bytes)));
            assertArrayEquals(bytes, disk.at(offset, length));
            assertTrue(disk.writes.size() > 1, () -> disk.writes.size() + " calls");
            assertEquals(length, disk.written());
            for (long[] w : disk.writes.subList(0, disk.writes.size() - 1)) {
                assertEquals(0, (w[0] + w[1]) % 4096, () -> "a part ends at " + (w[0] + w[1]));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {LargeWrite.LEAST, LargeWrite.LEAST + 1, 3 * LARGE})
    void aLargeWriteIsReceivedIntoTheMemoryOfTheDevice(int length) throws Exception {
        disk.memory = true;
        byte[] bytes = Arrays.copyOf(BYTES, length);
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 11, length, bytes)));
            assertArrayEquals(bytes, disk.at(11, length));
            assertEquals(1, disk.writes.size());
            assertTrue(disk.written() < 4096, () -> disk.written() + " bytes were copied");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 4096, 100_000})
    void aDeviceMayGiveItsMemoryInSmallPieces(int most) throws Exception {
        disk.memory = true;
        disk.mostMemory = most;
        byte[] bytes = Arrays.copyOf(BYTES, 350_000);
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, bytes.length, bytes)));
            assertArrayEquals(bytes, disk.at(0, bytes.length));
            assertEquals(1, disk.writes.size());
        }
    }

    @Test
    void requestsBehindALargeWriteAreUnderstood() throws Exception {
        disk.memory = true;
        try (Session s = Session.simple().around(disk)) {
            for (int i = 0; i < 8; i++) {
                disk.memory = i % 3 != 0;
                byte[] bytes = Arrays.copyOfRange(BYTES, i * 1000, i * 1000 + 300_000 + i);
                // each behind the other on the wire
                s.request(Command.WRITE, 0, 500L * i, bytes.length, bytes);
                s.request(Command.WRITE, 0, LARGE, bytes.length, bytes);
                s.request(Command.WRITE, 0, 2 * LARGE, 16, Arrays.copyOf(bytes, 16));
                s.anySimpleReply();
                s.anySimpleReply();
                s.anySimpleReply();
                assertArrayEquals(bytes, disk.at(500 * i, bytes.length));
                assertArrayEquals(bytes, disk.at(LARGE, bytes.length));
                assertArrayEquals(Arrays.copyOf(bytes, 16), disk.at(2 * LARGE, 16));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileTheExportIsHeldTheClientGetsRidOfItsPayload(boolean memory) throws Exception {
        disk.memory = memory;
        try (Session s = Session.simple().around(disk)) {
            s.export.connections().get(0).gate().shut();
            long write = s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE));
            s.wire.awaitTaken();
            assertEquals(0, disk.writes.size());
            s.export.connections().get(0).gate().reopen();
            assertEquals(0, s.simpleReply(write));
            assertArrayEquals(Arrays.copyOf(BYTES, LARGE), disk.at(0, LARGE));
        }
    }

    @Test
    void aWriteWithFuaComesWhole() throws Exception {
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, Command.FLAG_FUA, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertEquals(1, disk.writes.size());
        }
    }

    @Test
    void aDeviceThatDoesNotTakePartsGetsOneCall() throws Exception {
        disk.parts = false;
        disk.memory = true;
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertEquals(1, disk.writes.size());
            assertArrayEquals(Arrays.copyOf(BYTES, LARGE), disk.at(0, LARGE));
        }
    }

    @Test
    void inAStrictThreadModelWritesComeWhole() throws Exception {
        try (Session s = Session.simple().model(ThreadModel.SERIALIZE_REQUESTS).around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertEquals(1, disk.writes.size());
        }
    }

    @Test
    void aChainThatTakesNoPartsAnyMoreGetsTheRestInOneCall() throws Exception {
        Disk changing = new Disk() {
            @Override
            public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
                super.write(offset, data, flags);
                parts = false;
            }
        };
        try (Session s = Session.simple().around(changing)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertEquals(2, changing.writes.size());
            assertArrayEquals(Arrays.copyOf(BYTES, LARGE), changing.at(0, LARGE));
        }
    }

    @Test
    void theErrorOfAPartAnswersTheRequestAndTheNextOneIsUnderstood() throws Exception {
        Disk full = new Disk() {
            @Override
            public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
                if (offset > 0 && offset < LARGE) {
                    throw new NbdException(NbdError.ENOSPC, "full");
                }
                super.write(offset, data, flags);
            }
        };
        try (Session s = Session.simple().around(full)) {
            assertEquals(NbdError.ENOSPC.code(), s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertEquals(1, full.writes.size());
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, LARGE, 16, Arrays.copyOf(BYTES, 16))));
            assertArrayEquals(Arrays.copyOf(BYTES, 16), full.at(LARGE, 16));
        }
    }

    @Test
    void memoryThatCantTakeThePayloadIsWrittenToInstead() throws Exception {
        disk.memory = true;
        try (Session s = Session.simple().around(disk)) {
            s.wire.failPoll(new IOException("Bad address"));
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            assertArrayEquals(Arrays.copyOf(BYTES, LARGE), disk.at(0, LARGE));
            assertTrue(disk.writes.size() > 1, () -> disk.writes.size() + " calls");
        }
    }

    @Test
    void aClientThatGoesInTheMiddleEndsTheConnection() throws Exception {
        try (Session s = Session.simple().around(disk)) {
            s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE / 2));
            s.wire.halfClose();
            s.awaitEnd();
        }
    }

    @Test
    void aWriteInPartsIsCountedOnceWithAllItsBytes() throws Exception {
        try (Session s = Session.simple().around(disk)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, LARGE, Arrays.copyOf(BYTES, LARGE))));
            OperationMetrics write = s.export.counters().operations().stream().filter(o -> o.operation().equals("write")).findFirst()
                    .orElseThrow();
            assertEquals(1, write.requests());
            assertEquals(LARGE, write.bytes());
        }
    }
}
