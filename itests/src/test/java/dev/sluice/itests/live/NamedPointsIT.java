package dev.sluice.itests.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.itests.harness.Pattern;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A swap of every sort while a client is at a certain point of the protocol: it goes on as if nothing had been. */
class NamedPointsIT extends LiveTest {
    private static final String NOFILTER = "dev.sluice.filter.nofilter";
    private static final String CHANGEABLE = "dev.sluice.itests.fixture.changeable";

    private int versions;

    /** How code or chain is changed. */
    enum Swap { BLUE_GREEN_FILTER, BLUE_GREEN_PLUGIN, IN_PLACE_FILTER, IN_PLACE_PLUGIN, EDIT }

    NamedPointsIT() {
        super("nofilter", "memory 1M");
    }

    @BeforeAll
    void installKinds() throws Exception {
        started(changeable());
    }

    private void run(Swap swap, String export) throws Exception {
        switch (swap) {
            case BLUE_GREEN_FILTER -> control().upgrade(newVersion(NOFILTER, "5." + ++versions), NONE);
            case BLUE_GREEN_PLUGIN -> control().upgrade(newVersion(CHANGEABLE, "5." + ++versions), NONE);
            case IN_PLACE_FILTER -> update(only(NOFILTER));
            case IN_PLACE_PLUGIN -> update(only(CHANGEABLE));
            default -> {
                control().insert(export, "log logfile=/dev/null", "after:nofilter", NONE);
                control().remove(export, "log", NONE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void betweenTheHeaderAndThePayloadOfAWrite(Swap swap) throws Exception {
        byte[] data = Pattern.bytes(1, 0, 100_000);
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 1); Session t = session(x.name(), 0)) {
            long cookie = s.announce(4711, 0, Wire.WRITE, 5000, data.length);
            s.client().channel().write(s.header(0, Wire.WRITE, cookie, 5000, data.length));
            run(swap, x.name());
            t.stillWorks();
            s.client().channel().write(ByteBuffer.wrap(data, 0, 60_000));
            run(swap, x.name());
            t.stillWorks();
            s.client().channel().write(ByteBuffer.wrap(data, 60_000, 40_000));
            s.result(cookie).ok();
            assertArrayEquals(data, t.read(5000, data.length).data());
        }
    }

    @ParameterizedTest
    @EnumSource
    void betweenTwoBytesOfAHeader(Swap swap) throws Exception {
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 2)) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            long cookie = s.announce(4712, 0, Wire.READ, 0, 3);
            ByteBuffer header = s.header(0, Wire.READ, cookie, 0, 3);
            s.client().channel().write(header.slice(0, 13));
            run(swap, x.name());
            s.client().channel().write(header.slice(13, header.remaining() - 13));
            assertArrayEquals(new byte[] {1, 2, 3}, s.result(cookie).data());
        }
    }

    @ParameterizedTest
    @EnumSource
    void inTheMiddleOfAStructuredReply(Swap swap) throws Exception {
        byte[] data = Pattern.bytes(2, 0, 1 << 20);
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 1); Session t = session(x.name(), 2)) {
            t.write(0, data).ok();
            for (int i = 0; i < 4; i++) {
                s.send(0, Wire.READ, 0, data.length);
            }
            byte[] got = new byte[4 * data.length];
            int answered = 0;
            int at = 0;
            while (answered < 4) {
                ByteBuffer header = s.client().receive(20);
                assertEquals(Wire.STRUCTURED_REPLY, header.getInt());
                boolean done = (header.getShort() & Wire.DONE) != 0;
                assertEquals(Wire.CHUNK_DATA, header.getShort());
                int length = header.getInt(16);
                ByteBuffer first = s.client().receive(1000);
                run(swap, x.name());
                t.stillWorks();
                ByteBuffer rest = s.client().receive(length - 1000);
                first.getLong();
                int n = length - 8;
                first.get(got, at, 992);
                rest.get(got, at + 992, n - 992);
                at += n;
                answered += done ? 1 : 0;
            }
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(data, Arrays.copyOfRange(got, i * data.length, (i + 1) * data.length));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void duringAFlush(Swap swap) throws Exception {
        TestScript.Hold hold = script().hold("flush", 0);
        try (Scratch x = scratch("nofilter", "changeable"); Session s = session(x.name(), 1); Session t = session(x.name(), 2); hold) {
            s.write(0, new byte[] {1, 2, 3}).ok();
            long flush = s.send(0, Wire.FLUSH, 0, 0);
            hold.awaitArrival();
            Future<?> swapped = threads.submit(() -> {
                run(swap, x.name());
                return null;
            });
            // The gates are shut as soon as a read that needs nothing gets no answer.
            long waiting;
            do {
                waiting = t.send(0, Wire.READ, 0, 3);
                if (t.client().channel().silentFor(java.time.Duration.ofMillis(100))) {
                    break;
                }
                assertArrayEquals(new byte[] {1, 2, 3}, t.result(waiting).data());
            } while (true);
            assertFalse(s.isAnswered(flush));
            hold.close();
            s.result(flush).ok();
            assertArrayEquals(new byte[] {1, 2, 3}, t.result(waiting).data());
            swapped.get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void duringTheNegotiation(Swap swap) throws Exception {
        try (Scratch x = scratch("nofilter", "changeable"); RawNbdClient c = anybody()) {
            run(swap, x.name());
            c.structured();
            run(swap, x.name());
            int[] ids = c.selectContexts(x.name(), "base:allocation");
            run(swap, x.name());
            assertEquals(Wire.REP_ACK, c.verdict(Wire.OPT_INFO, RawNbdClient.goPayload(x.name())));
            byte[] go = RawNbdClient.bytes(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                byte[] payload = RawNbdClient.goPayload(x.name());
                out.writeInt(payload.length);
                out.write(payload);
            });
            c.send(Arrays.copyOf(go, 19));
            run(swap, x.name());
            c.send(Arrays.copyOfRange(go, 19, go.length));
            var replies = c.optionReplies(Wire.OPT_GO);
            assertEquals(Wire.REP_ACK, replies.get(replies.size() - 1).type());
            try (Session s = c.session(dev.sluice.itests.harness.ExportFacts.of(replies)).contexts(ids)) {
                run(swap, x.name());
                s.write(9, new byte[] {5}).ok();
                s.status(0, 0, 512).ok();
                assertArrayEquals(new byte[] {5}, s.read(9, 1).data());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void duringADisconnect(Swap swap) throws Exception {
        byte[] data = Pattern.bytes(3, 0, 200_000);
        try (Scratch x = scratch("nofilter", "changeable"); Session t = session(x.name(), 2)) {
            for (int round = 0; round < 3; round++) {
                try (Session s = session(x.name(), round)) {
                    byte[] mine = Pattern.bytes(round, 0, data.length);
                    s.sendWrite(0, 1000, mine);
                    ByteBuffer bye = s.header(0, Wire.DISC, 0, 0, 0);
                    Future<?> swapped = threads.submit(() -> {
                        run(swap, x.name());
                        return null;
                    });
                    s.client().channel().write(bye);
                    s.client().awaitClose();
                    swapped.get(60, TimeUnit.SECONDS);
                    assertArrayEquals(mine, t.read(1000, mine.length).data());
                }
            }
        }
    }
}
