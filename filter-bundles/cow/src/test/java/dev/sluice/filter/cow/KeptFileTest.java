package dev.sluice.filter.cow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.Support;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.util.ParameterParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptFileTest extends CowTestBase {
    private Path file() {
        return directory.resolve("overlay");
    }

    private Connection open(String... words) throws Exception {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = "cow-file=overlay";
        return connect(all);
    }

    /** The server ends, and another one starts. */
    private Connection again(String... words) throws Exception {
        everythingIsGivenBack();
        return open(words);
    }

    private byte[] change(Connection c) throws IOException {
        byte[] expected = c.readAll();
        byte[] bytes = random.bytes(2 * BLOCK);
        c.write(100, bytes, Flags.NONE);
        fill(expected, 100, bytes);
        c.device().trim(4 * BLOCK, BLOCK, Flags.NONE);
        Arrays.fill(expected, 4 * BLOCK, 5 * BLOCK, (byte) 0);
        c.write(SIZE - 5, new byte[] {1, 2, 3}, Flags.NONE);
        fill(expected, SIZE - 5, new byte[] {1, 2, 3});
        return expected;
    }

    private void assertRefused(String why, String... words) {
        var e = assertThrows(IOException.class, () -> open(words));
        assertEquals("cow-file=" + file() + ": " + why, e.getMessage());
    }

    @Test
    void changesOutliveTheServer() throws Exception {
        byte[] base = model.contents();
        byte[] expected = change(open());
        assertArrayEquals(expected, again().readAll());
        byte[] more = change(harness.connect());
        assertArrayEquals(more, again().readAll());
        assertArrayEquals(base, model.contents());
    }

    @Test
    void whatWasFlushedOutlivesACrash() throws Exception {
        Connection c = open();
        byte[] expected = change(c);
        c.device().flush();
        Path copy = directory.resolve("copy");
        Files.copy(file(), copy);
        c.write(6 * BLOCK, random.bytes(BLOCK), Flags.NONE);
        c.device().trim(0, SIZE, Flags.NONE);
        c.disconnect();
        everythingIsGivenBack();
        Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
        assertArrayEquals(expected, open().readAll());
    }

    @Test
    void withoutAFlushACrashLosesNoMoreThanWhatWasNotFlushed() throws Exception {
        Connection c = open();
        byte[] before = c.readAll();
        change(c);
        Path copy = directory.resolve("copy");
        Files.copy(file(), copy);
        everythingIsGivenBack();
        Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
        assertArrayEquals(before, open().readAll());
    }

    @Test
    void theCoreMakesFuaOfFlush() throws Exception {
        assertEquals(Support.EMULATE, open().info().fua());
    }

    @Test
    void afterASwapChangesOfBothGoIntoTheFile() throws Exception {
        Connection c = open();
        change(c);
        Connection after = harness.swap().get(0);
        byte[] expected = change(after);
        harness.rollBackLate().get(0).device().flush();
        assertArrayEquals(expected, again().readAll());
    }

    @Test
    void anotherFileIsRefusedInASwap() throws Exception {
        change(open());
        CowFilter other = new CowFilter();
        other.configure(ParameterParser.parse(CowFilter.class, "cow", List.of("cow-block-size=4k"), directory));
        other.ready(harness.context());
        var state = harness.layer().release().orElseThrow();
        var e = assertThrows(ConfigException.class, () -> other.adopt(state));
        assertEquals("cow-file= can't be used: the overlay in use is kept in " + file(), e.getMessage());
        other.close();
        harness.layer().adopt(state);
    }

    @Test
    void whatWasCommittedIsGoneFromTheFile() throws Exception {
        Connection c = open();
        byte[] expected = change(c);
        ((CowFilter) harness.layer()).leave(c.device(), true);
        assertArrayEquals(expected, model.contents());
        model.write(0, ByteBuffer.allocate(SIZE), Flags.NONE);
        assertArrayEquals(new byte[SIZE], again().readAll());
    }

    @Test
    void itBelongsToOneExport() throws Exception {
        open();
        var e = assertThrows(IOException.class, () -> connectTo("other"));
        assertEquals("cow-file=" + file() + ": it belongs to export '', not to 'other'", e.getMessage());
        change(harness.connect());
        everythingIsGivenBack();
        harness = null;
        start(model, "cow-block-size=4k", "cow-file=overlay");
        e = assertThrows(IOException.class, () -> connectTo("other"));
        assertEquals("cow-file=" + file() + ": it belongs to export '', not to 'other'", e.getMessage());
    }

    @Test
    void twoLayersCannotUseOneFile() throws Exception {
        open();
        try (LayerHarness second = LayerHarness.filter(CowFilter::new, "cow", List.of("cow-block-size=4k", "cow-file=overlay"), directory,
                model)) {
            second.start();
            var e = assertThrows(IOException.class, second::connect);
            assertEquals("cow-file=" + file() + ": it is in use already", e.getMessage());
        }
    }

    @Test
    void aFileThatIsNoneOrDoesNotFitIsNamed() throws Exception {
        Files.write(file(), new byte[20_000]);
        assertRefused("it is no overlay of cow");
        Files.write(file(), new byte[10]);
        assertRefused("it is cut off after 10 bytes");
        Files.delete(file());
        change(open());
        everythingIsGivenBack();
        assertRefused("it has blocks of 4K, not of cow-block-size=8K", "cow-block-size=8k");
        byte[] bytes = Files.readAllBytes(file());
        bytes[11] = 2;
        Files.write(file(), bytes);
        assertRefused("it has version 2 of the format, this cow knows version 1");
    }

    @Test
    void aDirectoryThatDoesNotExistIsRefusedAtTheStart() {
        var e = assertThrows(ConfigException.class, () -> connect("cow-file=/nowhere/at/all"));
        assertEquals("cow: cow-file=/nowhere/at/all: its directory does not exist", e.getMessage());
    }

    @Test
    void aDiskThatHasGrownKeepsItsChanges() throws Exception {
        ModelDevice growing = ModelDevice.of(random.bytes(SIZE));
        growing.with(growing.info().with().size(3 * BLOCK + 5).build());
        Connection c = start(growing, "cow-block-size=4k", "cow-file=overlay").connect();
        c.write(3 * BLOCK, new byte[] {9}, Flags.NONE);
        everythingIsGivenBack();
        growing.with(growing.info().with().size(SIZE).build());
        byte[] expected = growing.contents();
        expected[3 * BLOCK] = 9;
        assertArrayEquals(expected, start(growing, "cow-block-size=4k", "cow-file=overlay").connect().readAll());
        everythingIsGivenBack();
        assertArrayEquals(expected, start(growing, "cow-block-size=4k", "cow-file=overlay").connect().readAll());
    }
}
