package dev.sluice.filter.pause;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class PauseTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private final List<LayerHarness> harnesses = new ArrayList<>();
    private final List<SocketChannel> operators = new ArrayList<>();
    @TempDir
    private Path directory;
    private Path path;

    @BeforeEach
    void choosePath() {
        path = directory.resolve("control");
    }

    @AfterEach
    void end() throws Exception {
        for (SocketChannel o : operators) {
            o.close();
        }
        for (LayerHarness h : harnesses) {
            h.close();
            h.context().assertNothingHeld();
        }
    }

    private LayerHarness start() throws Exception {
        return start("pause-control=" + path);
    }

    private LayerHarness start(String word) throws Exception {
        LayerHarness h = LayerHarness.filter(PauseFilter::new, "pause", List.of(word), directory, model).start();
        harnesses.add(h);
        return h;
    }

    private SocketChannel operator(Path at) throws Exception {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(at));
        channel.configureBlocking(false);
        operators.add(channel);
        return channel;
    }

    /** Lets the layer look at its socket once. */
    private static void look(LayerHarness h) throws Exception {
        h.context().clock().advance(PauseFilter.IDLE);
        h.context().tasks().runDue();
    }

    private static void say(SocketChannel operator, String words) throws Exception {
        operator.write(ByteBuffer.wrap(words.getBytes()));
    }

    /** What has been answered by now. */
    private static String answers(SocketChannel operator) throws Exception {
        ByteBuffer into = ByteBuffer.allocate(100);
        int n = operator.read(into);
        return n < 0 ? "closed" : new String(into.array(), 0, n);
    }

    private static String ask(LayerHarness h, SocketChannel operator, String words) throws Exception {
        say(operator, words);
        look(h);
        return answers(operator);
    }

    @Test
    void theCommandsAreAnsweredInOrder() throws Exception {
        LayerHarness h = start();
        SocketChannel o = operator(path);
        assertEquals("P", ask(h, o, "p"));
        assertEquals("P", ask(h, o, "p"));
        assertEquals("R", ask(h, o, "r"));
        assertEquals("XXRPR", ask(h, o, "x\nrpr"));
    }

    @Test
    void onlyTheOwnerMayConnectAndTheSocketGoesWithTheLayer() throws Exception {
        LayerHarness h = start();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        h.close();
        assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void everyKindOfRequestWaitsUntilItIsResumed() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        SocketChannel o = operator(path);
        List<Executable> requests = List.of(() -> c.read(0, 1), () -> c.write(0, new byte[1], Flags.NONE),
                () -> c.device().flush(), () -> c.device().trim(0, 1, Flags.NONE), () -> c.device().zero(0, 1, Flags.NONE),
                () -> c.device().cache(0, 1), () -> c.status(0, 1, Flags.NONE));
        for (Executable request : requests) {
            assertEquals("P", ask(h, o, "p"));
            model.takeCalls();
            AtomicInteger steps = new AtomicInteger();
            c.request().cancellation().inSleep(() -> {
                assertEquals(List.of(), model.takeCalls());
                if (steps.incrementAndGet() == 3) {
                    resume(h, o);
                }
            });
            run(request);
            assertEquals(3, steps.get());
            assertEquals(1, model.takeCalls().size());
        }
    }

    private static void resume(LayerHarness h, SocketChannel o) {
        try {
            assertEquals("R", ask(h, o, "r"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void run(Executable request) throws Exception {
        try {
            request.execute();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Test
    void thePauseIsAnsweredWhenTheRequestsInsideAreDone() throws Exception {
        PauseState state = new PauseState();
        AtomicInteger inside = state.newCounter();
        state.enter(inside, null);
        state.pause();
        assertFalse(state.isQuiet());
        inside.decrementAndGet();
        assertTrue(state.isQuiet());
    }

    @Test
    void aPauseThatIsTakenBackBeforeItIsCompleteIsNotAnsweredAsPaused() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        SocketChannel first = operator(path);
        SocketChannel second = operator(path);
        model.takeCalls();
        List<String> seen = new ArrayList<>();
        // the status request is inside while the operators speak
        c.device().status(MetaContext.BASE_ALLOCATION, 0, 1, Flags.NONE, (offset, length, status) -> {
            try {
                seen.add(ask(h, first, "p"));
                seen.add(ask(h, second, "r"));
                look(h);
                seen.add(answers(first));
            } catch (Exception e) {
                throw new NbdException(NbdError.EIO, e.toString(), e);
            }
            return false;
        });
        assertEquals(List.of("", "R", "X"), seen);
    }

    @Test
    void aWaitEndsWhenTheDeviceMustClose() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        assertEquals("P", ask(h, operator(path), "p"));
        c.request().cancellation().inSleep(() -> c.request().cancellation().cancel("stop"));
        var e = assertThrows(NbdException.class, () -> c.read(0, 1));
        assertEquals(NbdError.ESHUTDOWN, e.error());
    }

    @Test
    void aPauseStaysWhenTheOperatorGoes() throws Exception {
        LayerHarness h = start();
        SocketChannel o = operator(path);
        assertEquals("P", ask(h, o, "p"));
        o.close();
        look(h);
        Connection c = h.connect();
        SocketChannel again = operator(path);
        c.request().cancellation().inSleep(() -> resume(h, again));
        c.read(0, 1);
        assertEquals(1, c.request().cancellation().slept().size());
    }

    @Test
    void socketConnectionsAndPauseOutliveASwap() throws Exception {
        LayerHarness h = start();
        h.connect();
        SocketChannel o = operator(path);
        assertEquals("P", ask(h, o, "p"));
        Connection c = h.swap().get(0);
        c.request().cancellation().inSleep(() -> resume(h, o));
        c.read(0, 1);
        assertEquals(1, c.request().cancellation().slept().size());
        assertEquals("X", ask(h, operator(path), "?"));
    }

    @Test
    void aSwapThatIsRolledBackKeepsTheSocketToo() throws Exception {
        LayerHarness h = start();
        SocketChannel o = operator(path);
        assertEquals("X", ask(h, o, "?"));
        h.rollBack();
        assertEquals("X", ask(h, o, "?"));
        h.rollBackLate();
        assertEquals("P", ask(h, o, "p"));
        assertEquals("R", ask(h, operator(path), "r"));
    }

    @Test
    void aSwapMayChangeThePath() throws Exception {
        LayerHarness h = start();
        SocketChannel o = operator(path);
        assertEquals("P", ask(h, o, "p"));
        Path other = directory.resolve("other");
        h.swap(List.of("pause-control=" + other));
        assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
        assertEquals("R", ask(h, o, "r"));
        assertEquals("X", ask(h, operator(other), "?"));
        h.rollBackLate();
        assertEquals("X", ask(h, operator(other), "?"));
    }

    @Test
    void aPausedFilterIsNotTakenOutWithoutForce() throws Exception {
        LayerHarness h = start();
        NbdFilter filter = (NbdFilter) h.layer();
        filter.leave(false);
        assertEquals("P", ask(h, operator(path), "p"));
        var e = assertThrows(NbdException.class, () -> filter.leave(false));
        assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
        filter.leave(true);
    }

    @Test
    void aSocketThatWasLeftBehindIsReplaced() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertEquals("X", ask(start(), operator(path), "?"));
    }

    @Test
    void whatIsInTheWayIsRefusedAndStays() throws Exception {
        Files.writeString(path, "precious");
        var file = assertThrows(ConfigException.class, this::start);
        assertEquals("pause: pause-control=" + path + ": it exists and is no socket", file.getMessage());
        assertEquals("precious", Files.readString(path));
        Files.delete(path);
        try (ServerSocketChannel alive = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            alive.bind(UnixDomainSocketAddress.of(path));
            var socket = assertThrows(ConfigException.class, this::start);
            assertEquals("pause: pause-control=" + path + ": another process listens there", socket.getMessage());
        }
    }

    @Test
    void aDirectoryThatIsNotThereAndANameThatIsTooLongAreNamed() {
        var gone = assertThrows(ConfigException.class, () -> start("pause-control=" + directory + "/gone/control"));
        assertEquals("pause: pause-control=" + directory + "/gone/control: the socket can't be made: no such file or directory",
                gone.getMessage());
        String name = "/" + "x".repeat(107);
        var tooLong = assertThrows(ConfigException.class, () -> start("pause-control=" + name));
        assertEquals("pause: pause-control=" + name + ": the name has 108 bytes, a socket's can have 107 at most", tooLong.getMessage());
        assertThrows(ConfigException.class, () -> LayerHarness.filter(PauseFilter::new, "pause", List.of(), directory, model).start());
    }

    @Test
    void aSecondLayerWithTheSameSocketRefusesItsClientsUntilTheFirstHasGone() throws Exception {
        LayerHarness first = start();
        LayerHarness second = start();
        assertThrows(NbdException.class, second::connect);
        first.close();
        second.connect();
        assertEquals("X", ask(second, operator(path), "?"));
    }
}
