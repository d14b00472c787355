package dev.sluice.filter.pause;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/**
 * Does what comes over the control socket: {@code p} pauses and is answered with {@code P} when no request is inside any
 * more, {@code r} resumes and is answered with {@code R}, anything else with {@code X}. Nothing here blocks. Safe for use by
 * several threads.
 */
final class Control {
    /** More than this many wait until one of the others has gone. */
    static final int MAX_CLIENTS = 16;

    private final PauseState state;
    private final List<Client> clients = new ArrayList<>();

    Control(PauseState state) {
        this.state = state;
    }

    private static final class Client {
        final SocketChannel channel;
        /** A 'p' that is not answered yet. */
        boolean pausing;

        Client(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** Looks who has come and what they say. Returns whether anybody is connected. */
    synchronized boolean poll(ControlSocket socket) throws IOException {
        SocketChannel fresh = clients.size() < MAX_CLIENTS ? socket.accept() : null;
        while (fresh != null) {
            clients.add(new Client(fresh));
            fresh = clients.size() < MAX_CLIENTS ? socket.accept() : null;
        }
        Iterator<Client> all = clients.iterator();
        while (all.hasNext()) {
            Client client = all.next();
            if (!serve(client)) {
                all.remove();
                close(client.channel);
            }
        }
        return !clients.isEmpty();
    }

    /** Returns whether the client is still there. */
    private boolean serve(Client client) {
        try {
            ByteBuffer one = ByteBuffer.allocate(1);
            while (answerPause(client)) {
                int n = client.channel.read(one.clear());
                if (n <= 0) {
                    return n == 0;
                }
                if (!command(client, one.get(0))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // it has gone without a word; what it said before stays
            return false;
        }
    }

    /** Answers a 'p' if it is time. Returns whether the client may say more. */
    private boolean answerPause(Client client) throws IOException {
        if (!client.pausing) {
            return true;
        }
        if (state.isPaused() && !state.isQuiet()) {
            return false;
        }
        client.pausing = false;
        // another client may have resumed meanwhile: then there never was a time without requests
        return answer(client, state.isPaused() ? 'P' : 'X');
    }

    private boolean command(Client client, byte command) throws IOException {
        switch (command) {
            case 'p' -> {
                state.pause();
                client.pausing = true;
                return true;
            }
            case 'r' -> {
                state.resume();
                return answer(client, 'R');
            }
            default -> {
                return answer(client, 'X');
            }
        }
    }

    /** Returns false for a client that does not read its answers: it is not waited for. */
    private static boolean answer(Client client, char word) throws IOException {
        return client.channel.write(ByteBuffer.wrap(new byte[] {(byte) word})) == 1;
    }

    /** Gives the connected clients away; no request is inside, so pauses that wait are answered first. */
    synchronized List<SocketChannel> release() {
        List<SocketChannel> given = new ArrayList<>();
        for (Client client : clients) {
            boolean alive;
            try {
                alive = answerPause(client);
            } catch (IOException e) {
                alive = false;
            }
            if (alive) {
                given.add(client.channel);
            } else {
                close(client.channel);
            }
        }
        clients.clear();
        return given;
    }

    synchronized void adopt(Collection<?> given) {
        given.forEach(c -> clients.add(new Client((SocketChannel) c)));
    }

    synchronized void close() {
        clients.forEach(c -> close(c.channel));
        clients.clear();
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger("dev.sluice.filter.pause").log(System.Logger.Level.DEBUG, "closing a control connection", e);
        }
    }
}
