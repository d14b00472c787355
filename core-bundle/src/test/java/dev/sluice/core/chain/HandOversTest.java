package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.HandOver;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandOversTest {
    private final CoreServices core = new CoreServices();

    /** Stands for a class of a bundle: it was not loaded by the JDK. */
    private static final class Own {
    }

    @AfterEach
    void nothingLeaks() {
        core.assertNothingLeaked();
    }

    private static void passes(Object value) throws Exception {
        HandOvers.checked("k", Optional.of(new HandOver("f", 1, Map.of("v", value))));
    }

    private static void refused(Object value) {
        String text = assertThrows(NbdException.class, () -> passes(value)).getMessage();
        assertTrue(text.contains("k hands over") && text.contains(Own.class.getName()), text);
    }

    @Test
    void typesOfTheJdkPass() throws Exception {
        passes(1);
        passes("text");
        passes(new byte[4]);
        passes(List.of(1L, new TreeMap<>(Map.of("a", List.of()))));
        passes(Arrays.asList("a", null));
        passes(new Object[] {1, "a"});
    }

    @Test
    void whatTheCoreMadePasses() throws Exception {
        try (Lease lease = core.buffers.lease(10)) {
            passes(List.of(lease));
        }
    }

    @Test
    void aLayersOwnObjectIsRefusedWhereverItIs() {
        refused(new Own());
        refused(List.of(new Own()));
        refused(Map.of("a", new Own()));
        refused(Map.of(new Own(), "a"));
        refused(new Object[] {new Own()});
    }

    @Test
    void anEmptyArrayOfALayersOwnClassIsRefused() {
        refused(new Own[0]);
    }

    @Test
    void nullInPlaceOfAnEmptyStateIsRefused() {
        assertThrows(NbdException.class, () -> HandOvers.checked("k", null));
    }

    @Test
    void whatNobodyTakesIsGivenBack() throws Exception {
        HandOvers.discard(new HandOver("f", 1, Map.of("a", core.buffers.lease(10), "b",
                List.of(core.buffers.lease(10), new Object[] {core.buffers.lease(10)}))));
        assertEquals(0, core.buffers.leases());
    }

    @Test
    void aSocketThatNobodyTakesIsClosed() throws Exception {
        SocketChannel socket = SocketChannel.open();
        HandOvers.discard(new HandOver("f", 1, Map.of("sockets", List.of(socket))));
        assertFalse(socket.isOpen());
    }

    @Test
    void aSocketThatAnotherStateHasTooStaysOpen() throws Exception {
        try (SocketChannel kept = SocketChannel.open(); SocketChannel own = SocketChannel.open()) {
            HandOvers.discardAllBut(new HandOver("f", 1, Map.of("s", kept)), new HandOver("f", 1, Map.of("s", List.of(kept, own))));
            assertTrue(kept.isOpen());
            assertFalse(own.isOpen());
        }
    }

    @Test
    void givingBackGoesOnAfterAFailure() throws Exception {
        Lease gone = core.buffers.lease(10);
        gone.close();
        HandOvers.discard(new HandOver("f", 1, Map.of("a", gone, "b", core.buffers.lease(10))));
        assertEquals(0, core.buffers.leases());
    }
}
