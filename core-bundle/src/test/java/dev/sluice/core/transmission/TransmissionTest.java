package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.ReadReply;
import dev.sluice.api.SharedFile;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.core.chain.FakeDevice;
import dev.sluice.core.chain.Journal;
import dev.sluice.core.chain.NoDevice;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.ReplyChunk;
import dev.sluice.core.util.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection from its first request to its end, with a client that a test plays. */
class TransmissionTest {
    private static final int SIZE = 1 << 20;

    @TempDir
    Path directory;

    private final ModelDevice model = ModelDevice.of(pattern(SIZE));

    private static byte[] pattern(int n) {
        byte[] bytes = new byte[n];
        new Random(n).nextBytes(bytes);
        return bytes;
    }

    private byte[] at(int offset, int length) {
        return Arrays.copyOfRange(model.contents(), offset, offset + length);
    }

    @Test
    void aSimpleReadIsAnswered() throws Exception {
        try (Session s = Session.simple().around(model)) {
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 100, 50)));
            assertArrayEquals(at(100, 50), s.wire.receive(50).array());
        }
    }

    @Test
    void aStructuredReadIsAnswered() throws Exception {
        try (Session s = Session.simple().structured().around(model)) {
            long cookie = s.request(Command.READ, 0, 100, 50);
            Session.Chunk c = s.chunk();
            assertEquals(ReplyChunk.OFFSET_DATA, c.type());
            assertTrue(c.done());
            assertEquals(cookie, c.cookie());
            assertEquals(100, c.payload().getLong(0));
            assertArrayEquals(at(100, 50), Arrays.copyOfRange(c.payload().array(), 8, 58));
        }
    }

    @Test
    void anExtendedReadAndWriteAreAnswered() throws Exception {
        try (Session s = Session.simple().extended().around(model)) {
            s.request(Command.WRITE, 0, 7, 3, (byte) 1, (byte) 2, (byte) 3);
            assertEquals(ReplyChunk.NONE, s.chunk().type());
            s.request(Command.READ, 0, 6, 5);
            assertArrayEquals(at(6, 5), Arrays.copyOfRange(s.chunk().payload().array(), 8, 13));
            assertEquals(2, at(6, 5)[2]);
        }
    }

    @Test
    void everyCommandReachesTheDevice() throws Exception {
        try (Session s = Session.simple().around(model)) {
            assertEquals(0, s.simpleReply(s.request(Command.WRITE, Command.FLAG_FUA, 0, 1, (byte) 1)));
            assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            assertEquals(0, s.simpleReply(s.request(Command.TRIM, 0, 0, 512)));
            assertEquals(0, s.simpleReply(s.request(Command.WRITE_ZEROES, 0, 0, 512)));
            assertEquals(0, s.simpleReply(s.request(Command.WRITE_ZEROES, Command.FLAG_NO_HOLE | Command.FLAG_FAST_ZERO, 0, 512)));
            assertEquals(0, s.simpleReply(s.request(Command.CACHE, 0, 0, 512)));
            assertEquals(java.util.List.of("write 0 1 fua", "flush", "trim 0 512", "zero 0 512 may_trim", "zero 0 512 fast",
                    "cache 0 512"), model.takeCalls());
        }
    }

    @Test
    void blockStatusIsAnswered() throws Exception {
        ModelDevice sparse = ModelDevice.of(new byte[8192]);
        try (Session s = Session.simple().structured().around(sparse)) {
            s.request(Command.BLOCK_STATUS, 0, 0, 8192);
            Session.Chunk c = s.chunk();
            assertEquals(ReplyChunk.BLOCK_STATUS, c.type());
            assertEquals(1, c.payload().getInt(0));
            assertEquals(8192, c.payload().getInt(4));
            assertEquals(3, c.payload().getInt(8));
        }
    }

    @Test
    void extendedBlockStatusCountsItsExtents() throws Exception {
        ModelDevice sparse = ModelDevice.of(new byte[8192]);
        try (Session s = Session.simple().extended().around(sparse)) {
            s.request(Command.BLOCK_STATUS, 0, 0, 8192);
            Session.Chunk c = s.chunk();
            assertEquals(ReplyChunk.BLOCK_STATUS_EXT, c.type());
            assertEquals(1, c.payload().getInt(4));
            assertEquals(8192, c.payload().getLong(8));
            assertEquals(3, c.payload().getLong(16));
        }
    }

    @Test
    void anErrorOfTheDeviceIsSentWithItsText() throws Exception {
        model.failWith(NbdError.ENOSPC);
        try (Session s = Session.simple().structured().around(model)) {
            s.request(Command.WRITE, 0, 0, 1, (byte) 1);
            Session.Chunk c = s.chunk();
            assertEquals(ReplyChunk.ERROR, c.type());
            assertEquals(NbdError.ENOSPC.code(), c.error());
            assertTrue(new String(c.payload().array()).contains("the model was told to fail"));
            model.failWith(null);
        }
    }

    @Test
    void aReadThatFailsGivesBackWhatItHadDescribed() throws Exception {
        try (Session s = Session.simple().around(model)) {
            model.failWith(NbdError.EIO);
            assertEquals(NbdError.EIO.code(), s.simpleReply(s.request(Command.READ, 0, 0, 300_000)));
            model.failWith(null);
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 5, 10)));
            assertArrayEquals(at(5, 10), s.wire.receive(10).array());
        }
    }

    @Test
    void anErrorThatNoLayerCatchesIsAnsweredAndTheConnectionGoesOn() throws Exception {
        try (Session s = Session.simple().around(new FakeDevice(new Journal(), "d", model) {
            @Override
            public void flush() {
                throw new StackOverflowError("this failure is part of a test");
            }
        })) {
            assertEquals(NbdError.EIO.code(), s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
            assertEquals(0, s.simpleReply(s.request(Command.TRIM, 0, 0, 1)));
        }
    }

    @Test
    void aPayloadThatIsRefusedIsReadAway() throws Exception {
        try (Session s = Session.simple().around(model)) {
            assertEquals(NbdError.ENOSPC.code(), s.simpleReply(s.request(Command.WRITE, 0, SIZE, 300_000, new byte[300_000])));
            assertEquals(NbdError.EINVAL.code(), s.simpleReply(s.request(Command.WRITE, 1 << 9, 0, 200_000, new byte[200_000])));
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 1)));
            s.wire.receive(1);
        }
    }

    @Test
    void tooMuchPayloadClosesTheConnection() throws Exception {
        try (Session s = Session.simple().around(model)) {
            s.request(Command.WRITE, 0, 0, 0x9000_0000L);
            s.wire.awaitClosed();
            s.awaitEnd();
        }
    }

    @Test
    void aWrongMagicClosesTheConnection() throws Exception {
        try (Session s = Session.simple().around(model)) {
            s.wire.send(ByteBuffer.allocate(28));
            s.wire.awaitClosed();
            s.awaitEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64 << 20, (64 << 20) - 1, 100_000, 131_072, 131_040})
    void largeWritesAndReadsKeepTheirBytes(int length) throws Exception {
        ModelDevice big = ModelDevice.of(new byte[64 << 20]);
        byte[] bytes = pattern(length);
        try (Session s = Session.simple().structured().around(big)) {
            s.request(Command.WRITE, 0, 0, length, bytes);
            assertEquals(0, s.simpleReply(1));
            s.request(Command.READ, 0, 0, length);
            Session.Chunk c = s.chunk();
            assertEquals(length + 8, c.payload().remaining());
            assertEquals(ByteBuffer.wrap(bytes), c.payload().position(8));
        }
    }

    @Test
    void manyRequestsAtOnceAreAllAnswered() throws Exception {
        try (Session s = Session.simple().around(model)) {
            for (int i = 0; i < 1000; i++) {
                s.request(Command.READ, 0, i, 10);
            }
            for (int i = 0; i < 1000; i++) {
                int offset = (int) s.anySimpleReply() - 1;
                assertArrayEquals(at(offset, 10), s.wire.receive(10).array());
            }
            assertEquals(1000, s.transmission.counters().requests());
            assertEquals(10_000, s.transmission.counters().bytesRead());
        }
    }

    /** A device whose flush blocks until it is let go. */
    private final class Blocking extends FakeDevice {
        private final CountDownLatch inside = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        Blocking() {
            super(new Journal(), "d", model);
        }

        @Override
        public void flush() throws IOException {
            inside.countDown();
            Background.await(go);
        }
    }

    @Test
    void theReplyToRequestOneLeavesAlthoughRequestTwoBlocks() throws Exception {
        Blocking device = new Blocking();
        try (Session s = Session.simple().around(device)) {
            s.request(Command.READ, 0, 0, 10);
            s.request(Command.FLUSH, 0, 0, 0);
            assertEquals(0, s.simpleReply(1));
            s.wire.receive(10);
            device.go.countDown();
            assertEquals(0, s.simpleReply(2));
        }
    }

    @Test
    void aRequestIsServedAlthoughTheOneBeforeBlocks() throws Exception {
        Blocking device = new Blocking();
        try (Session s = Session.simple().around(device)) {
            s.request(Command.FLUSH, 0, 0, 0);
            s.request(Command.READ, 0, 0, 10);
            assertEquals(2, s.anySimpleReply());
            s.wire.receive(10);
            s.request(Command.TRIM, 0, 0, 10);
            assertEquals(3, s.anySimpleReply());
            device.go.countDown();
            assertEquals(1, s.anySimpleReply());
        }
    }

    @Test
    void aRequestIsServedAlthoughTheOneBeforeBlocksEveryTime() throws Exception {
        for (int round = 0; round < 30; round++) {
            Blocking device = new Blocking();
            try (Session s = Session.simple().around(device)) {
                for (int i = 0; i < round; i++) {
                    assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 1)));
                    s.wire.receive(1);
                }
                long blocked = s.request(Command.FLUSH, 0, 0, 0);
                Background.await(device.inside);
                long read = s.request(Command.TRIM, 0, 0, 10);
                assertEquals(read, s.anySimpleReply());
                device.go.countDown();
                assertEquals(blocked, s.anySimpleReply());
            }
        }
    }

    @Test
    void withOneThreadTheNextRequestWaitsForTheOneBefore() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Session s = Session.simple().threads(1).around(new FakeDevice(new Journal(), "d", model) {
            @Override
            public void flush() throws IOException {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                first.countDown();
                Background.await(go);
                inside.decrementAndGet();
            }

            @Override
            public void trim(long offset, long length, Flags flags) throws IOException {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
            }
        })) {
            s.request(Command.READ, 0, 0, 10);
            s.request(Command.FLUSH, 0, 0, 0);
            for (int i = 0; i < 20; i++) {
                s.request(Command.TRIM, 0, 0, 10);
            }
            assertEquals(0, s.simpleReply(1));
            s.wire.receive(10);
            Background.await(first);
            go.countDown();
            for (int i = 0; i < 21; i++) {
                s.anySimpleReply();
            }
            assertEquals(1, most.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SERIALIZE_REQUESTS", "SERIALIZE_ALL_REQUESTS", "SERIALIZE_CONNECTIONS"})
    void aStrictThreadModelIsKept(String model) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Session s = Session.simple().model(ThreadModel.valueOf(model)).around(new FakeDevice(new Journal(), "d", this.model) {
            @Override
            public void trim(long offset, long length, Flags flags) throws IOException {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                long end = System.nanoTime() + 1_000_000;
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                inside.decrementAndGet();
            }
        })) {
            for (int i = 0; i < 50; i++) {
                s.request(Command.TRIM, 0, 0, 10);
            }
            for (int i = 0; i < 50; i++) {
                s.anySimpleReply();
            }
            assertEquals(1, most.get());
        }
    }

    @Test
    void aStuckWriteKeepsItsPayloadWhileMoreInputComes() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        ConcurrentHashMap<Long, byte[]> written = new ConcurrentHashMap<>();
        try (Session s = Session.simple().around(new FakeDevice(new Journal(), "d", model) {
            @Override
            public void write(long offset, ByteBuffer data, Flags flags) {
                if (offset == 0) {
                    Background.await(go);
                }
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                written.put(offset, bytes);
            }
        })) {
            byte[] first = pattern(5000);
            s.request(Command.WRITE, 0, 0, 5000, first);
            for (int i = 1; i <= 60; i++) {
                byte[] other = new byte[10_000];
                Arrays.fill(other, (byte) i);
                s.request(Command.WRITE, 0, i * 10_000L, 10_000, other);
            }
            for (int i = 1; i <= 60; i++) {
                s.anySimpleReply();
            }
            go.countDown();
            assertEquals(1, s.anySimpleReply());
            assertArrayEquals(first, written.get(0L));
            for (int i = 1; i <= 60; i++) {
                assertEquals(i, written.get(i * 10_000L)[9_999]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomRequestsToADeviceThatIsSometimesSlowAreAllAnsweredRightly(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] disk = pattern(SIZE);
        try (Session s = Session.simple().structured().around(new NoDevice() {
            @Override
            public DeviceInfo info() {
                return DeviceInfo.writable(SIZE).flush(true).build();
            }

            private void delay(long n) {
                // in the same order for the same seed; from nothing to about two looks of the watcher
                long end = System.nanoTime() + (n * 7919 % 97 == 0 ? 400_000 : n % 3 * 1_000);
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
            }

            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                delay(offset);
                int half = length / 2;
                if (half > 0) {
                    reply.buffer(half).put(disk, (int) offset, half);
                }
                reply.buffer(length - half).put(disk, (int) offset + half, length - half);
            }

            @Override
            public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
                byte[] before = new byte[data.remaining()];
                data.duplicate().get(before);
                delay(offset);
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                if (!Arrays.equals(before, bytes) || !Arrays.equals(bytes, Arrays.copyOfRange(disk, (int) offset,
                        (int) offset + bytes.length))) {
                    throw new IOException("the payload has changed");
                }
            }
        })) {
            int requests = 3000;
            long[] offsets = new long[requests + 1];
            int[] lengths = new int[requests + 1];
            Background<Boolean> client = Background.run(() -> {
                for (int i = 0; i < requests; i++) {
                    Session.Chunk c;
                    ByteBuffer head = s.wire.receive(16);
                    if (head.getInt(0) == dev.sluice.core.protocol.Magic.SIMPLE_REPLY) {
                        assertEquals(0, head.getInt(4), "a write failed");
                        continue;
                    }
                    int length = s.wire.receive(4).getInt(0);
                    c = new Session.Chunk(Short.toUnsignedInt(head.getShort(6)), true, head.getLong(8), s.wire.receive(length));
                    int id = (int) c.cookie();
                    assertEquals(ReplyChunk.OFFSET_DATA, c.type());
                    assertEquals(offsets[id], c.payload().getLong(0));
                    assertEquals(ByteBuffer.wrap(disk, (int) offsets[id], lengths[id]), c.payload().position(8));
                }
                return true;
            });
            for (int i = 1; i <= requests; i++) {
                offsets[i] = random.nextInt(SIZE - 70_000);
                lengths[i] = 1 + random.nextInt(random.nextInt(20) == 0 ? 70_000 : 4096);
                if (random.nextBoolean()) {
                    s.request(Command.READ, 0, offsets[i], lengths[i]);
                } else {
                    s.request(Command.WRITE, 0, offsets[i], lengths[i],
                            Arrays.copyOfRange(disk, (int) offsets[i], (int) offsets[i] + lengths[i]));
                }
            }
            assertTrue(client.result());
        }
    }

    @Test
    void repliesOfWorkersAreSent() throws Exception {
        AtomicInteger n = new AtomicInteger();
        try (Session s = Session.simple().around(new FakeDevice(new Journal(), "d", model) {
            @Override
            public void trim(long offset, long length, Flags flags) {
                n.incrementAndGet();
                long end = System.nanoTime() + 1_000_000;
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
            }
        })) {
            for (int i = 0; i < 100; i++) {
                s.request(Command.TRIM, 0, 0, SIZE);
            }
            for (int i = 0; i < 100; i++) {
                s.anySimpleReply();
            }
            assertEquals(100, n.get());
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNoMoreThanTheBound() throws Exception {
        try (Session s = Session.simple().room(1 << 20).around(model)) {
            for (int i = 0; i < 100; i++) {
                s.request(Command.READ, 0, 0, SIZE);
            }
            s.wire.awaitStuckWriter();
            assertTrue(s.bench.core.buffers.leasedBytes() < 64 << 20);
            s.transmission.close();
            s.awaitEnd();
        }
    }

    @Test
    void aDrainDoesNotWaitForAClientThatDoesNotRead() throws Exception {
        try (Session s = Session.simple().room(1 << 20).around(model)) {
            for (int i = 0; i < 100; i++) {
                s.request(Command.READ, 0, 0, SIZE);
            }
            s.wire.awaitStuckWriter();
            s.export.connections().get(0).gate().shut();
            assertTrue(s.export.connections().get(0).gate().awaitEmpty(s.bench.soon()));
            s.export.connections().get(0).gate().reopen();
            s.transmission.close();
            s.awaitEnd();
        }
    }

    @Test
    void aClientThatSendsNoMoreStillGetsItsReplies() throws Exception {
        try (Session s = Session.simple().around(model)) {
            for (int i = 0; i < 10; i++) {
                s.request(Command.READ, 0, 0, 10);
            }
            s.wire.halfClose();
            java.util.Set<Long> answered = new java.util.TreeSet<>();
            for (int i = 0; i < 10; i++) {
                answered.add(s.anySimpleReply());
                s.wire.receive(10);
            }
            assertEquals(10, answered.size());
            s.awaitEnd();
            assertTrue(s.wire.isClosed());
        }
    }

    @Test
    void callsInFlightAreAnsweredAfterADisconnect() throws Exception {
        Blocking device = new Blocking();
        try (Session s = Session.simple().around(device)) {
            s.request(Command.FLUSH, 0, 0, 0);
            Background.await(device.inside);
            s.request(Command.DISC, 0, 0, 0);
            device.go.countDown();
            assertEquals(1, s.anySimpleReply());
            s.awaitEnd();
        }
    }

    @Test
    void aClientThatGoesWithCallsInFlightLeavesNothing() throws Exception {
        Blocking device = new Blocking();
        try (Session s = Session.simple().around(device)) {
            s.request(Command.FLUSH, 0, 0, 0);
            Background.await(device.inside);
            s.transmission.close();
            device.go.countDown();
            s.awaitEnd();
        }
    }

    @Test
    void requestsAfterAStopGetEshutdown() throws Exception {
        try (Session s = Session.simple().around(model)) {
            s.transmission.stop("going");
            assertEquals(NbdError.ESHUTDOWN.code(), s.simpleReply(s.request(Command.READ, 0, 0, 10)));
        }
    }

    @Test
    void requestsWaitAtAShutGateAndRunWhenItIsReopened() throws Exception {
        try (Session s = Session.simple().around(model)) {
            s.export.connections().get(0).gate().shut();
            s.request(Command.READ, 0, 0, 10);
            s.wire.awaitTaken();
            assertEquals(0, s.transmission.counters().requests());
            s.export.connections().get(0).gate().reopen();
            assertEquals(0, s.simpleReply(1));
            s.wire.receive(10);
        }
    }

    private NbdDevice file(SharedFile[] file, int size) throws IOException {
        return new NoDevice() {
            @Override
            public DeviceInfo info() {
                return DeviceInfo.readOnly(size).build();
            }

            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                reply.file(file[0], offset, length);
            }

            @Override
            public void close() throws IOException {
                file[0].close();
            }
        };
    }

    private Path written(int size) throws IOException {
        return Files.write(directory.resolve("f"), pattern(size));
    }

    @Test
    void aFileIsSentFromItsPlace() throws Exception {
        Path path = written(200_000);
        SharedFile[] file = new SharedFile[1];
        try (Session s = Session.simple().structured().around(file(file, 200_000))) {
            file[0] = s.bench.core.files.open(path, StandardOpenOption.READ);
            s.request(Command.READ, 0, 1000, 150_000);
            Session.Chunk c = s.chunk();
            assertFalse(c.done());
            assertEquals(ByteBuffer.wrap(pattern(200_000), 1000, 150_000), c.payload().position(8));
            assertEquals(ReplyChunk.NONE, s.chunk().type());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatShrinksWhileItIsSentIsPaddedAndTheErrorFollows(boolean extended) throws Exception {
        Path path = written(200_000);
        SharedFile[] file = new SharedFile[1];
        Session.Maker maker = extended ? Session.simple().extended() : Session.simple().structured();
        try (Session s = maker.around(file(file, 200_000))) {
            file[0] = s.bench.core.files.open(path, StandardOpenOption.READ);
            try (FileChannel c = FileChannel.open(path, StandardOpenOption.WRITE)) {
                c.truncate(60_000);
            }
            long cookie = s.request(Command.READ, 0, 1000, 150_000);
            Session.Chunk data = s.chunk();
            assertEquals(150_008, data.payload().remaining());
            assertEquals(ByteBuffer.wrap(pattern(200_000), 1000, 59_000), data.payload().slice(8, 59_000));
            Session.Chunk error = s.chunk();
            assertEquals(ReplyChunk.ERROR_OFFSET, error.type());
            assertEquals(cookie, error.cookie());
            assertTrue(error.done());
            assertEquals(NbdError.EIO.code(), error.error());
            assertEquals(60_000, error.payload().getLong(error.payload().remaining() - 8));
            s.request(Command.READ, 0, 0, 1000);
            assertEquals(1008, s.chunk().payload().remaining());
            assertEquals(ReplyChunk.NONE, s.chunk().type());
        }
    }

    @Test
    void aFileThatShrinksWhileASimpleReplyIsSentClosesTheConnection() throws Exception {
        Path path = written(200_000);
        SharedFile[] file = new SharedFile[1];
        try (Session s = Session.simple().around(file(file, 200_000))) {
            file[0] = s.bench.core.files.open(path, StandardOpenOption.READ);
            try (FileChannel c = FileChannel.open(path, StandardOpenOption.WRITE)) {
                c.truncate(60_000);
            }
            s.request(Command.READ, 0, 1000, 150_000);
            assertThrows(IOException.class, () -> s.wire.receive(16 + 150_000));
            s.awaitEnd();
        }
    }

    private static NbdDevice mixed() {
        return new NoDevice() {
            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                reply.zeroes(100);
                reply.buffer(100).put(new byte[100]);
                reply.zeroes(length - 200);
            }
        };
    }

    @Test
    void zeroesAreHolesForAClientThatUnderstandsThem() throws Exception {
        try (Session s = Session.simple().structured().around(mixed())) {
            s.request(Command.READ, 0, 0, 300);
            Session.Chunk hole = s.chunk();
            assertEquals(ReplyChunk.OFFSET_HOLE, hole.type());
            assertEquals(0, hole.payload().getLong(0));
            assertEquals(100, hole.payload().getInt(8));
            Session.Chunk data = s.chunk();
            assertEquals(ReplyChunk.OFFSET_DATA, data.type());
            assertEquals(100, data.payload().getLong(0));
            assertFalse(data.done());
            Session.Chunk last = s.chunk();
            assertEquals(200, last.payload().getLong(0));
            assertTrue(last.done());
        }
    }

    @Test
    void aReadThatMustNotBeFragmentedIsOneChunk() throws Exception {
        try (Session s = Session.simple().structured().around(mixed())) {
            s.request(Command.READ, Command.FLAG_DF, 0, 300);
            Session.Chunk data = s.chunk();
            assertEquals(ReplyChunk.OFFSET_DATA, data.type());
            assertEquals(308, data.payload().remaining());
            assertTrue(data.done());
        }
    }

    @Test
    void zeroesAreBytesInASimpleReply() throws Exception {
        try (Session s = Session.simple().around(mixed())) {
            assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 300)));
            assertArrayEquals(new byte[300], s.wire.receive(300).array());
        }
    }

    @Test
    void aBufferOffersBigEndianWhateverItsLastUserDid() throws Exception {
        NbdDevice device = new NoDevice() {
            @Override
            public DeviceInfo info() {
                return DeviceInfo.writable(512).zero(Support.NATIVE).build();
            }

            @Override
            public void read(long offset, int length, ReadReply reply) throws IOException {
                reply.buffer(8).putLong(1).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            }

            @Override
            public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
                if (data.getLong() != 1) {
                    throw new IOException("not big-endian");
                }
                data.order(java.nio.ByteOrder.LITTLE_ENDIAN);
            }
        };
        try (Session s = Session.simple().around(device)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(0, s.simpleReply(s.request(Command.READ, 0, 0, 8)));
                assertEquals(1, s.wire.receive(8).getLong(0));
                assertEquals(0, s.simpleReply(s.request(Command.WRITE, 0, 0, 8, one())));
            }
        }
    }

    private static byte[] one() {
        return ByteBuffer.allocate(8).putLong(1).array();
    }
}
