package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.TestScript;
import dev.sluice.itests.harness.Wire;
import org.junit.jupiter.api.Test;

/** Replies leave as soon as they are finished; one that waits holds up no other. */
class OrderIT extends ServedTest {
    OrderIT() {
        super("scripted size=1M");
    }

    @Test
    void aFinishedReplyLeavesWhileTheNextRequestIsStuck() throws Exception {
        TestScript.Hold hold = script().hold("read", 4096);
        try (Session s = structured(); hold) {
            long first = s.send(0, Wire.READ, 0, 512);
            long second = s.send(0, Wire.READ, 4096, 512);
            s.result(first).ok();
            assertFalse(s.isAnswered(second));
            hold.awaitArrival().close();
            s.result(second).ok();
        }
    }

    @Test
    void aLaterRequestIsAnsweredWhileAnEarlierOneIsStuck() throws Exception {
        TestScript.Hold hold = script().hold("read", 0);
        try (Session s = structured(); hold) {
            long first = s.send(0, Wire.READ, 0, 512);
            hold.awaitArrival();
            for (int i = 1; i < 10; i++) {
                s.read(i * 512, 512).ok();
            }
            assertFalse(s.isAnswered(first));
            hold.close();
            s.result(first).ok();
        }
    }

    @Test
    void aStuckRequestOfOneClientHoldsUpNoOtherClient() throws Exception {
        TestScript.Hold hold = script().hold("write", 0);
        try (Session a = simple(); Session b = simple(); hold) {
            long stuck = a.sendWrite(0, 0, new byte[512]);
            hold.awaitArrival();
            b.read(0, 512).ok();
            b.write(512, new byte[512]).ok();
            hold.close();
            a.result(stuck).ok();
        }
    }

    @Test
    void fifteenStuckRequestsLeaveRoomForASixteenth() throws Exception {
        TestScript.Hold hold = script().hold("read", 0);
        try (Session s = simple(); hold) {
            long[] stuck = new long[15];
            for (int i = 0; i < stuck.length; i++) {
                stuck[i] = s.send(0, Wire.READ, 0, 512);
            }
            s.read(4096, 512).ok();
            hold.close();
            for (long cookie : stuck) {
                s.result(cookie).ok();
            }
        }
    }

    @Test
    void disconnectWaitsForARequestInside() throws Exception {
        TestScript.Hold hold = script().hold("write", 0);
        try (Session s = simple(); hold) {
            long stuck = s.sendWrite(0, 0, new byte[512]);
            hold.awaitArrival();
            s.client().channel().write(s.header(0, Wire.DISC, 0, 0, 0));
            hold.close();
            s.result(stuck).ok();
            s.client().awaitCloseWithoutAWord();
            assertEquals(1, script().count("write"));
        }
    }

    @Test
    void cookiesComeBackBitForBit() throws Exception {
        try (Session s = structured()) {
            for (long cookie : new long[] {0, -1, Long.MIN_VALUE, 0x0102030405060708L}) {
                s.announce(cookie, 0, Wire.READ, 0, 512);
                s.client().channel().write(s.header(0, Wire.READ, cookie, 0, 512));
                s.result(cookie).ok();
            }
        }
    }
}
