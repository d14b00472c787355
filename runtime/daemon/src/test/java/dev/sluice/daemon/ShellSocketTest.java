package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.client.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ShellSocketTest {
    private static final ShellSocket.Limits PATIENT = new ShellSocket.Limits(60_000, 60_000, 60_000);

    @TempDir
    private Path directory;
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private ShellSocket socket;

    /** The commands that Gogo finds. */
    public final class Target {
        /** Answers a text. */
        public String hello(String... words) {
            return "hello " + String.join(" ", words);
        }

        /** Fails. */
        public String fail() {
            throw new IllegalArgumentException("nbd:fail: it\nfailed");
        }

        /** Is under way until told. */
        public String hang() throws InterruptedException {
            entered.countDown();
            released.await();
            return "done";
        }

        /** Prints without end. */
        public void babble(CommandSession session) {
            entered.countDown();
            PrintStream out = session.getConsole();
            try {
                while (true) {
                    out.println("babble");
                }
            } finally {
                left.countDown();
            }
        }
    }

    @BeforeEach
    void open() throws IOException {
        open(PATIENT);
    }

    /** One with these limits in the place of that which is there. */
    private void open(ShellSocket.Limits limits) throws IOException {
        if (socket != null) {
            socket.close();
        }
        CommandProcessorImpl gogo = new CommandProcessorImpl(new ThreadIOImpl());
        for (String command : List.of("hello", "fail", "hang", "babble")) {
            gogo.addCommand("nbd", new Target(), command);
        }
        socket = new ShellSocket(directory.resolve("s"), new Consoles(gogo, words -> List.of("choice")), limits);
    }

    @AfterEach
    void close() throws IOException {
        released.countDown();
        socket.close();
    }

    /** A client of the socket. */
    private final class Client implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("s")));
        private final DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        private final OutputStream out = Channels.newOutputStream(channel);

        Client() throws IOException {
            // opens the channel
        }

        Client send(Frame frame) throws IOException {
            frame.write(out);
            return this;
        }

        Client words(String... words) throws IOException {
            return send(Frame.words(Frame.WORDS, List.of(words)));
        }

        /** Everything up to the status: {@code O:text E:text S:n}. */
        String answer() throws IOException {
            List<String> parts = new ArrayList<>();
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            while (true) {
                Frame frame = Frame.read(in, () -> { }).orElseThrow();
                switch (frame.type()) {
                    case Frame.OUTPUT -> output.write(frame.payload());
                    case Frame.ERROR -> parts.add("E:" + frame.text());
                    default -> {
                        parts.add("S:" + frame.status());
                        return "O:" + output.toString(StandardCharsets.UTF_8) + String.join(" ", parts);
                    }
                }
            }
        }

        boolean isCutOff() throws IOException {
            ByteBuffer rest = ByteBuffer.allocate(1 << 16);
            try {
                while (channel.read(rest.clear()) >= 0) {
                    assertTrue(channel.isOpen());
                }
            } catch (IOException e) {
                return true;
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void onlyTheOwnerCanOpenIt() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("s"))));
    }

    @Test
    void commandsRunOneAfterTheOther() throws IOException {
        try (Client client = new Client()) {
            assertEquals("O:hello a b\nS:0", client.words("nbd:hello", "a b").answer());
            assertEquals("O:E:nbd:fail: it failed S:1", client.words("fail").answer());
            assertEquals("O:hello \nS:0", client.send(Frame.text(Frame.LINE, "nbd:hello")).answer());
            assertEquals("O:E:Command not found: nosuch S:1", client.words("nosuch").answer());
        }
    }

    @Test
    void choicesAreAnswered() throws IOException {
        try (Client client = new Client()) {
            client.send(Frame.words(Frame.COMPLETE, List.of("nbd:hello", "")));
            assertEquals(List.of("choice"), Frame.read(client.in, () -> { }).orElseThrow().words());
        }
    }

    @Test
    void aClientThatSaysNothingIsCutOff() throws IOException {
        open(new ShellSocket.Limits(300, 60_000, 60_000));
        try (Client client = new Client()) {
            assertTrue(client.isCutOff());
        }
    }

    @Test
    void aClientThatStopsInTheMiddleOfAMessageIsCutOff() throws IOException {
        open(new ShellSocket.Limits(10_000, 60_000, 60_000));
        try (Client client = new Client()) {
            client.out.write(new byte[] {'W', 0, 0, 0, 9, 'x'});
            assertTrue(client.isCutOff());
        }
    }

    @Test
    void aMessageThatIsTooLongCutsItsClientOff() throws IOException {
        try (Client client = new Client()) {
            client.out.write(new byte[] {'W', 0x7f, 0, 0, 9, 'x'});
            assertTrue(client.isCutOff());
        }
    }

    @Test
    void aClientThatDoesNotWaitForAnAnswerIsCutOff() throws Exception {
        try (Client client = new Client()) {
            client.words("hang");
            assertTrue(entered.await(60, TimeUnit.SECONDS));
            client.words("hello");
            assertTrue(client.isCutOff());
        }
    }

    @Test
    void aClientThatDoesNotReadEndsItsCommand() throws Exception {
        open(new ShellSocket.Limits(60_000, 300, 60_000));
        try (Client client = new Client()) {
            client.words("babble");
            assertTrue(left.await(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aClientThatLeavesEndsItsCommandAtItsNextOutput() throws Exception {
        try (Client client = new Client()) {
            client.words("babble");
            assertTrue(entered.await(60, TimeUnit.SECONDS));
        }
        assertTrue(left.await(60, TimeUnit.SECONDS));
    }

    @Test
    void oneTooManyIsTurnedAwayAndPlacesBecomeFree() throws Exception {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < ShellSocket.MOST; i++) {
            clients.add(new Client());
            assertEquals("O:hello \nS:0", clients.get(i).words("hello").answer());
        }
        try (Client client = new Client()) {
            assertEquals("O:E:there are 16 shells already S:1", client.answer());
        }
        clients.get(0).close();
        // the server notices a client that left when its session's thread next runs
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (socket.clients() == ShellSocket.MOST && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        try (Client client = new Client()) {
            assertEquals("O:hello \nS:0", client.words("hello").answer());
        }
        for (Client client : clients) {
            client.close();
        }
    }

    @Test
    void theSocketGoesWhenItIsClosed() throws IOException {
        try (Client client = new Client()) {
            client.words("hello").answer();
            socket.close();
            assertTrue(client.isCutOff());
        }
        assertFalse(Files.exists(directory.resolve("s")));
        assertEquals(Optional.empty(), Optional.of(socket.clients()).filter(n -> n > ShellSocket.MOST));
    }
}
