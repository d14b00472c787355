package dev.sluice.plugin.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.api.contract.RecordingSink;
import dev.sluice.api.contract.SeededRandom;
import dev.sluice.api.contract.TestContext;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The storages that a machine with all of them would never choose, and the usual one, against an array. */
class StoresTest {
    private static final int SIZE = 300_000;

    @TempDir
    private Path directory;

    enum Kind {
        MEMORY_FILE, SHARED_MEMORY, SHARED_MEMORY_WITHOUT_LIBC, PAGES
    }

    private Store make(Kind kind, TestContext context, long size) throws IOException {
        Optional<Store> store = switch (kind) {
            case MEMORY_FILE -> FileStore.inMemoryFile(context, size, LibC.find());
            case SHARED_MEMORY -> FileStore.inSharedMemory(context, size, LibC.find());
            case SHARED_MEMORY_WITHOUT_LIBC -> FileStore.inSharedMemory(context, size, Optional.empty());
            case PAGES -> Optional.of(PageStore.create(context, size));
        };
        assumeTrue(store.isPresent(), () -> kind + " is not available here");
        return store.get();
    }

    @ParameterizedTest
    @EnumSource
    void randomRequestsDoWhatAnArrayDoes(Kind kind) throws Exception {
        SeededRandom random = SeededRandom.create();
        TestContext context = new TestContext(directory);
        byte[] model = new byte[SIZE];
        try (Store store = make(kind, context, SIZE); Store.View view = store.view()) {
            for (int i = 0; i < 500; i++) {
                int from = random.nextInt(SIZE);
                int length = Math.min(SIZE - from, 1 + random.nextInt(i % 3 == 0 ? 120_000 : 4000));
                switch (random.nextInt(3)) {
                    case 0 -> {
                        byte[] bytes = random.bytes(length);
                        view.write(from, ByteBuffer.wrap(bytes));
                        System.arraycopy(bytes, 0, model, from, length);
                    }
                    case 1 -> {
                        if (store.isSparse()) {
                            view.zero(from, length);
                            Arrays.fill(model, from, from + length, (byte) 0);
                        }
                    }
                    default -> assertArrayEquals(Arrays.copyOfRange(model, from, from + length), read(view, from, length),
                            random.toString());
                }
            }
            assertArrayEquals(model, read(view, 0, SIZE), random.toString());
        }
        context.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource
    void statusTellsHolesFromData(Kind kind) throws Exception {
        TestContext context = new TestContext(directory);
        try (Store store = make(kind, context, SIZE); Store.View view = store.view()) {
            assumeTrue(store.isSparse(), "no extents here");
            view.write(100_000, ByteBuffer.wrap(new byte[] {1}));
            RecordingSink sink = new RecordingSink(0, SIZE, SIZE, false);
            view.status(0, SIZE, Flags.NONE, sink);
            List<RecordingSink.Extent> extents = sink.extents();
            assertEquals(3, extents.size(), extents.toString());
            assertEquals(MetaContext.HOLE | MetaContext.ZERO, extents.get(0).status());
            assertEquals(0, extents.get(1).status());
            assertTrue(extents.get(1).offset() <= 100_000 && extents.get(1).end() > 100_000, extents.toString());
            assertEquals(SIZE, extents.get(2).end());
        }
    }

    @Test
    void pagesThatAreZeroedAsAWholeAreGivenBack() throws Exception {
        TestContext context = new TestContext(directory);
        try (Store store = make(Kind.PAGES, context, Long.MAX_VALUE); Store.View view = store.view()) {
            view.write(PageStore.PAGE - 1, ByteBuffer.wrap(new byte[] {1, 2}));
            view.write(Long.MAX_VALUE - 1, ByteBuffer.wrap(new byte[] {3}));
            view.zero(0, Long.MAX_VALUE);
            context.assertNothingHeld();
        }
    }

    @Test
    void aPageOutlivesTheStoreWhileAReplyHoldsIt() throws Exception {
        TestContext context = new TestContext(directory);
        RecordingReply reply = new RecordingReply(1);
        try (Store store = make(Kind.PAGES, context, SIZE); Store.View view = store.view()) {
            view.write(0, ByteBuffer.wrap(new byte[] {9}));
            view.read(0, 1, reply);
            view.zero(0, SIZE);
        }
        assertArrayEquals(new byte[] {9}, reply.finish());
        context.assertNothingHeld();
    }

    private static byte[] read(Store.View view, long offset, int length) throws IOException {
        RecordingReply reply = new RecordingReply(length);
        view.read(offset, length, reply);
        return reply.finish();
    }
}
