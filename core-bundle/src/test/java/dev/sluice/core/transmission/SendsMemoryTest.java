package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.SharedFile;
import dev.sluice.core.chain.CoreServices;
import dev.sluice.core.util.ManualPlatform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranges of files that are memory as well, on their way to clients. */
class SendsMemoryTest {
    private static final long SIZE = 3L * SharedFile.WINDOW;
    private static final int LENGTH = 1 << 20;

    @TempDir
    Path directory;

    private final CoreServices core = new CoreServices(new ManualPlatform());
    private final MemoryWire wire = new MemoryWire(8 << 20);
    private final Output output = new Output(wire, new ReplyEncoder(new SessionFacts(true, false, 0, List.of())), new ManualPlatform(), "c",
            40 << 20, line -> { });
    private final byte[] bytes = new byte[LENGTH];

    SendsMemoryTest() {
        new Random(1).nextBytes(bytes);
    }

    @AfterEach
    void nothingLeaks() {
        wire.close();
        output.close();
        core.assertNothingLeaked();
    }

    private FileChannel channel() throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        channel.write(ByteBuffer.wrap(new byte[1]), SIZE - 1);
        return channel;
    }

    private SharedFile memory() throws IOException {
        return core.files.adoptMemory(channel(), Path.of("memory"), SIZE);
    }

    /** Sends a range, and looks whether these bytes arrive. */
    private void assertSent(SharedFile file, long at, byte[] expected) throws IOException {
        Batch b = new Batch(core.buffers, 4096);
        b.addFile(file, at, expected.length, at);
        assertTrue(output.send(b));
        b.release();
        assertArrayEquals(expected, wire.receive(expected.length).array());
    }

    @Test
    void whereTheWayCopiesMemoryIsSentAsMemory() throws Exception {
        SharedFile file = memory();
        file.channel().write(ByteBuffer.wrap(bytes), 5);
        wire.copying();
        assertSent(file, 5, bytes);
        assertEquals(0, wire.transfers());
    }

    @Test
    void elsewhereItIsSentAsARangeOfItsFile() throws Exception {
        SharedFile file = memory();
        file.channel().write(ByteBuffer.wrap(bytes), 5);
        assertSent(file, 5, bytes);
        assertEquals(1, wire.transfers());
    }

    @Test
    void aRangeMayEndInTheNextWindow() throws Exception {
        SharedFile file = memory();
        long at = SharedFile.WINDOW - 100;
        file.channel().write(ByteBuffer.wrap(bytes), at);
        wire.copying();
        assertSent(file, at, bytes);
        assertEquals(0, wire.transfers());
    }

    @Test
    void aHoleIsSentFromTheFile() throws Exception {
        SharedFile file = memory();
        wire.copying();
        assertSent(file, SharedFile.WINDOW, new byte[LENGTH]);
        assertEquals(1, wire.transfers());
    }

    @Test
    void aHoleInTheNextWindowAsWell() throws Exception {
        SharedFile file = memory();
        int before = 1 << 16;
        long at = SharedFile.WINDOW - before;
        file.channel().write(ByteBuffer.wrap(bytes, 0, before), at);
        wire.copying();
        assertSent(file, at, Arrays.copyOf(Arrays.copyOf(bytes, before), LENGTH));
        assertEquals(1, wire.transfers());
    }

    @Test
    void anOrdinaryFileIsNeverSentAsMemory() throws Exception {
        SharedFile file = core.files.adopt(channel(), Path.of("f"));
        file.channel().write(ByteBuffer.wrap(bytes), 0);
        wire.copying();
        assertSent(file, 0, bytes);
        assertEquals(1, wire.transfers());
    }
}
