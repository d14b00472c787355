package dev.sluice.daemon;

import dev.sluice.client.wire.Frame;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One client of the shell socket. One thread reads, so that a client that leaves is noticed; another one runs commands,
 * one after the other. A command whose client has left fails at its next output. It is not interrupted: the thread may be
 * inside a plugin, where an interrupt closes files.
 */
final class ShellSession {
    private static final System.Logger LOG = System.getLogger("dev.sluice.server");
    private static final int PIECE = 8192;
    private static final int MOST_CHOICES = 500;
    private static final long HAND_OVER_MILLIS = 50;

    private final SocketChannel channel;
    private final Consoles consoles;
    private final ScheduledExecutorService deadlines;
    private final ShellSocket.Limits limits;
    private final Consumer<ShellSession> ended;
    private final SynchronousQueue<Frame> commands = new SynchronousQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final OutputStream socket;
    private volatile boolean busy;

    ShellSession(SocketChannel channel, Consoles consoles, ScheduledExecutorService deadlines, ShellSocket.Limits limits,
            Consumer<ShellSession> ended) {
        this.channel = channel;
        this.consoles = consoles;
        this.deadlines = deadlines;
        this.limits = limits;
        this.ended = ended;
        this.socket = SocketStreams.out(channel);
    }

    void start() {
        ShellSocket.daemon(this::read, "sluice-shell-input").start();
        ShellSocket.daemon(this::work, "sluice-shell-command").start();
    }

    /** Cuts the client off. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing a shell: " + e.getMessage());
            }
        }
    }

    private ScheduledFuture<?> closeAfter(long millis) {
        return deadlines.schedule(this::close, millis, TimeUnit.MILLISECONDS);
    }

    private void read() {
        DataInputStream in = new DataInputStream(new BufferedInputStream(SocketStreams.in(channel)));
        try {
            // the first message comes at once, the next ones when a person has thought
            long patience = limits.message();
            while (!closed.get()) {
                ScheduledFuture<?>[] deadline = {closeAfter(patience)};
                Optional<Frame> frame = Frame.read(in, () -> {
                    deadline[0].cancel(false);
                    deadline[0] = closeAfter(limits.message());
                });
                deadline[0].cancel(false);
                if (frame.isEmpty()) {
                    return;
                }
                if (busy || !commands.offer(frame.get(), limits.message(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("a command before the one before it was answered");
                }
                patience = limits.idle();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a shell is cut off: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void work() {
        Consoles.Console console = consoles.open(new Output());
        try {
            while (!closed.get()) {
                Frame frame = commands.poll(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS);
                if (frame != null) {
                    busy = true;
                    answer(console, frame);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | CancellationException e) {
            LOG.log(System.Logger.Level.DEBUG, "a shell left before its answer: " + e.getMessage());
        } finally {
            close();
            console.close();
            ended.accept(this);
        }
    }

    private void answer(Consoles.Console console, Frame frame) throws IOException {
        Frame end;
        switch (frame.type()) {
            case Frame.WORDS, Frame.LINE -> end = Frame.status(run(console, frame) ? 0 : 1);
            case Frame.COMPLETE -> end = Frame.words(Frame.CHOICES, choices(console, frame.words()));
            default -> throw new IOException("a message of type " + frame.type());
        }
        // before it is sent: the next command may come at once
        busy = false;
        send(end);
    }

    private List<String> choices(Consoles.Console console, List<String> words) {
        try {
            List<String> choices = words.isEmpty() ? List.of() : consoles.complete(console, words);
            return choices.subList(0, Math.min(choices.size(), MOST_CHOICES));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "completion: " + e.getMessage());
            return List.of();
        }
    }

    private boolean run(Consoles.Console console, Frame frame) throws IOException {
        try {
            return frame.type() == Frame.LINE ? console.run(frame.text(), new Output()) : console.run(frame.words(), new Output());
        } catch (CancellationException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            String text = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
            send(Frame.text(Frame.ERROR, text.replaceAll("\\p{Cntrl}", " ")));
            return false;
        }
    }

    /** Sends one message; a client that does not take it in time is cut off. */
    private synchronized void send(Frame frame) throws IOException {
        ScheduledFuture<?> deadline = closeAfter(limits.output());
        try {
            frame.write(socket);
        } finally {
            deadline.cancel(false);
        }
    }

    /** What commands print; after the client has left, printing is what ends them. */
    private final class Output extends OutputStream {
        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                for (int at = offset; at < offset + length; at += PIECE) {
                    if (closed.get()) {
                        throw new CancellationException("the client has left");
                    }
                    send(new Frame(Frame.OUTPUT, Arrays.copyOfRange(bytes, at, Math.min(at + PIECE, offset + length))));
                }
            } catch (IOException e) {
                ShellSession.this.close();
                CancellationException left = new CancellationException("the client has left");
                left.initCause(e);
                throw left;
            }
        }
    }
}
