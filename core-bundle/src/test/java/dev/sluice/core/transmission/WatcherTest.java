package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.contract.ModelDevice;
import dev.sluice.core.protocol.Command;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When connections are looked at no longer, step by step of the thread that looks. */
class WatcherTest {
    private final StepByStep watching = new StepByStep();

    @AfterEach
    void goOn() {
        watching.goOn();
    }

    /** Of one thread, so that no request goes to another while the first one parks. */
    private Session session() throws Exception {
        return Session.simple().threads(1).watching(watching).around(ModelDevice.of(new byte[4096]));
    }

    /** One request and its reply; no thread is there for the connection afterwards. */
    private static void flush(Session s) throws IOException {
        assertEquals(0, s.simpleReply(s.request(Command.FLUSH, 0, 0, 0)));
        s.wire.awaitParked();
    }

    private void flushFirst(Session s) throws IOException {
        flush(s);
        watching.awaitStart();
    }

    /** A request in the moment when the watcher has seen nothing for so long that the next look would have been the last. */
    private void flushBeforeTheLastLook(Session s) throws IOException {
        flushFirst(s);
        while (s.transmission.isWatched()) {
            watching.step();
        }
        flush(s);
    }

    @Test
    void aConnectionWithoutWorkIsForgotten() throws Exception {
        try (Session s = session()) {
            flushFirst(s);
            watching.untilIdle();
        }
    }

    @Test
    void aConnectionWithWorkBeforeTheLastLookIsForgottenLater() throws Exception {
        try (Session s = session()) {
            flushBeforeTheLastLook(s);
            watching.untilIdle();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aConnectionThatEndsIsForgottenWhateverTheWatcherIsAbout(int steps) throws Exception {
        try (Session s = session()) {
            flushBeforeTheLastLook(s);
            for (int i = 0; i < steps; i++) {
                watching.step();
            }
            s.disconnect();
            watching.untilIdle();
        }
    }
}
