package dev.sluice.filter.cow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.SharedFile;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.util.ParameterParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CowSwapTest extends CowTestBase {
    @Test
    void theStateIsTheFileAndThePagesOfTheMapByExportName() throws Exception {
        connect();
        Connection c = connectTo("disk");
        c.write(0, new byte[BLOCK], Flags.NONE);
        c.device().trim(BLOCK, BLOCK, Flags.NONE);
        HandOver state = harness.layer().release().orElseThrow();
        assertEquals("dev.sluice.filter.cow", state.format());
        assertEquals(1, state.version());
        assertEquals(BLOCK, state.state().get("block-size"));
        Map<?, ?> overlays = (Map<?, ?>) state.state().get("overlays");
        assertEquals(List.of("disk"), List.copyOf(overlays.keySet()), "an overlay without changes is not worth handing over");
        Map<?, ?> one = (Map<?, ?>) overlays.get("disk");
        assertEquals((long) SIZE, one.get("size"));
        assertEquals((long) BLOCK, ((SharedFile) one.get("file")).channel().size());
        assertEquals(0b1001, ((long[]) ((Map<?, ?>) one.get("pages")).get(0L))[0]);
        harness.layer().adopt(state);
    }

    @Test
    void aStateOfAnotherVersionIsRefused() throws Exception {
        connect();
        for (HandOver state : List.of(new HandOver("dev.sluice.filter.cow", 0, Map.of()), new HandOver("other", 1, Map.of()))) {
            var e = assertThrows(ConfigException.class, () -> harness.layer().adopt(state));
            assertEquals("cow takes over overlays of format 'dev.sluice.filter.cow' version 1, not of '" + state.format() + "' version "
                    + state.version(), e.getMessage());
        }
        HandOver device = new HandOver("dev.sluice.filter.cow.device", 2, Map.of());
        assertThrows(ConfigException.class, () -> connectTo("x").device().adopt(device));
    }

    @Test
    void anotherBlockSizeIsRefusedWhileThereAreChangesAndTheOldLayerGoesOn() throws Exception {
        Connection c = connect();
        c.write(3, new byte[] {1}, Flags.NONE);
        byte[] expected = c.readAll();
        CowFilter other = new CowFilter();
        other.configure(ParameterParser.parse(CowFilter.class, "cow", List.of("cow-block-size=8k"), directory));
        other.ready(harness.context());
        HandOver state = harness.layer().release().orElseThrow();
        var e = assertThrows(ConfigException.class, () -> other.adopt(state));
        assertEquals("cow-block-size=8K can't be used: the overlay in use has blocks of 4K", e.getMessage());
        other.close();
        harness.layer().adopt(state);
        assertArrayEquals(expected, c.readAll());
    }

    @Test
    void anotherBlockSizeIsTakenWhileThereAreNoChanges() throws Exception {
        connect();
        Connection after = harness.swap(List.of("cow-block-size=8k")).get(0);
        after.write(0, new byte[] {1}, Flags.NONE);
        assertArrayEquals(new byte[] {1}, after.read(0, 1));
    }

    @Test
    void afterTheReleaseNobodyCanOpen() throws Exception {
        connect();
        HandOver state = harness.layer().release().orElseThrow();
        assertThrows(IOException.class, () -> harness.connect());
        harness.layer().adopt(state);
        harness.connect();
    }

    @Test
    void exportsHaveOverlaysOfTheirOwnAlsoAfterASwap() throws Exception {
        Connection a = connect();
        Connection b = connectTo("b");
        a.write(0, new byte[] {1}, Flags.NONE);
        b.write(0, new byte[] {2}, Flags.NONE);
        List<Connection> after = harness.swap();
        assertArrayEquals(new byte[] {1}, after.get(0).read(0, 1));
        assertArrayEquals(new byte[] {2}, after.get(1).read(0, 1));
    }

    @Test
    void changesStayWhenTheirClientHasGone() throws Exception {
        Connection c = connect();
        c.write(0, new byte[] {9}, Flags.NONE);
        c.disconnect();
        assertArrayEquals(new byte[] {9}, harness.connect().read(0, 1));
    }

    @Test
    void namesWithoutChangesAreForgottenAndTheOthersHaveALimit() throws Exception {
        connect().disconnect();
        for (int i = 0; i < Overlays.MAX + 10; i++) {
            connectTo("name" + i).disconnect();
        }
        for (int i = 0; i < Overlays.MAX; i++) {
            Connection c = connectTo("name" + i);
            c.device().trim(0, SIZE, Flags.NONE);
            c.disconnect();
        }
        var e = assertThrows(IOException.class, () -> connectTo("one more"));
        assertEquals("cow has overlays for 1000 export names already, which is its limit", e.getMessage());
        connectTo("name5").disconnect();
    }

    @Test
    void aDiskThatHasGrownIsSeenByTheNextClientWhenNobodyElseIsThere() throws Exception {
        ModelDevice growing = ModelDevice.of(random.bytes(SIZE));
        growing.with(growing.info().with().size(3 * BLOCK + 5).build());
        Connection c = start(growing, "cow-block-size=4k").connect();
        byte[] expected = growing.contents();
        c.write(3 * BLOCK, new byte[] {1}, Flags.NONE);
        fill(expected, 3 * BLOCK, new byte[] {1});
        growing.with(growing.info().with().size(SIZE).build());
        assertEquals(3 * BLOCK + 5, harness.connect().info().size());
        Connection swapped = harness.swap().get(0);
        assertEquals(3 * BLOCK + 5, swapped.info().size());
        harness.swap().forEach(CowSwapTest::disconnect);
        Connection after = harness.connect();
        assertArrayEquals(expected, after.readAll());
    }

    @Test
    void aTrimmedLastBlockStaysZeroOnlyWhereItWasWhenTheDiskGrows() throws Exception {
        ModelDevice growing = ModelDevice.of(random.bytes(SIZE));
        growing.with(growing.info().with().size(3 * BLOCK + 5).build());
        Connection c = start(growing, "cow-block-size=4k").connect();
        c.device().trim(3 * BLOCK, 5, Flags.NONE);
        c.disconnect();
        growing.with(growing.info().with().size(SIZE).build());
        byte[] expected = growing.contents();
        Arrays.fill(expected, 3 * BLOCK, 3 * BLOCK + 5, (byte) 0);
        assertArrayEquals(expected, harness.connect().readAll());
    }

    @Test
    void aDiskThatHasShrunkIsRefusedWhileThereAreChanges() throws Exception {
        Connection c = connect();
        c.write(0, new byte[] {1}, Flags.NONE);
        c.disconnect();
        model.with(model.info().with().size(1000).build());
        var e = assertThrows(IOException.class, () -> harness.connect());
        assertEquals("the layer behind has 1000 bytes, less than the " + SIZE + " that the overlay of export '' was made for",
                e.getMessage());
        assertEquals(1000, connectTo("fresh").info().size());
    }

    private static void disconnect(Connection c) {
        try {
            c.disconnect();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void randomRequestsOfTwoClientsDoWhatAnArrayDoesThroughSwapsAndRollBacks() throws Exception {
        for (String words : List.of("cow-on-read=no", "cow-on-read=yes")) {
            Connection first = connect(words);
            harness.connect();
            byte[] expected = model.contents();
            byte[] base = model.contents();
            List<Connection> clients = new ArrayList<>(List.of(first, harness.connect()));
            for (int i = 0; i < 1500; i++) {
                if (i % 100 == 99) {
                    swap(clients, i / 100);
                }
                step(clients.get(random.nextInt(2)), expected);
                assertArrayEquals(expected, clients.get(random.nextInt(2)).readAll(), "step " + i + " " + random);
            }
            assertArrayEquals(base, model.contents(), random.toString());
            everythingIsGivenBack();
            harness = null;
        }
    }

    private void swap(List<Connection> clients, int which) throws Exception {
        switch (which % 3) {
            case 0 -> {
                List<Connection> after = harness.swap();
                clients.set(0, after.get(0));
                clients.set(1, after.get(2));
            }
            case 1 -> harness.rollBack();
            default -> {
                List<Connection> after = harness.rollBackLate();
                clients.set(0, after.get(0));
                clients.set(1, after.get(2));
            }
        }
    }

    private void step(Connection c, byte[] expected) throws IOException {
        int from = random.nextInt(SIZE);
        int length = 1 + random.nextInt(Math.min(SIZE - from, random.nextBoolean() ? 200 : 3 * BLOCK));
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                byte[] bytes = random.bytes(length);
                c.write(from, bytes, Flags.of(random.nextInt(2)));
                fill(expected, from, bytes);
            }
            case 2 -> {
                c.device().zero(from, length, Flags.of(random.nextInt(4)));
                Arrays.fill(expected, from, from + length, (byte) 0);
            }
            case 3 -> {
                c.device().trim(from, length, Flags.of(random.nextInt(2)));
                Arrays.fill(expected, from, from + length, (byte) 0);
            }
            default -> {
                c.device().cache(from, length);
                assertArrayEquals(Arrays.copyOfRange(expected, from, from + length), c.read(from, length), random.toString());
            }
        }
    }
}
