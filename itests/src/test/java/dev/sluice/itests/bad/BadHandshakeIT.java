package dev.sluice.itests.bad;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that break off, stall, or send nonsense in the handshake, while a good client must not notice. */
class BadHandshakeIT extends ServedTest {
    private Session good;

    @BeforeEach
    void aGoodClient() throws Exception {
        good = simple();
    }

    @AfterEach
    void theGoodClientHasNotNoticed() throws Exception {
        good.stillWorks();
        simple().close();
        good.disconnect();
        good.close();
    }

    @Test
    void aClientThatNeverSaysAnythingHoldsUpNobody() throws Exception {
        List<RawNbdClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(RawNbdClient.connect(server.address()));
            }
            simple().close();
        } finally {
            for (RawNbdClient c : silent) {
                c.close();
            }
        }
    }

    @Test
    void aClientThatLeavesBeforeTheGreetingIsForgotten() throws Exception {
        for (int i = 0; i < 20; i++) {
            RawNbdClient.connect(server.tcp()).channel().reset();
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsFlagsIsForgotten() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            c.send((byte) 0);
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleOfAnOptionIsForgotten() throws Exception {
        for (int cut = 1; cut < 30; cut++) {
            byte[] option = RawNbdClient.bytes(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                out.writeInt(14);
                out.write(RawNbdClient.goPayload("12345678"));
            });
            try (RawNbdClient c = greeted()) {
                c.send(java.util.Arrays.copyOf(option, cut));
            }
        }
    }

    @Test
    void aClientThatPromisesAPayloadAndSendsNoneHoldsUpNobody() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.send(out -> {
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                out.writeInt(64 * Wire.MIB);
            });
            simple().close();
        }
    }

    @Test
    void aHalfClosedClientGetsItsAnswerAndIsForgotten() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_LIST);
            c.channel().shutdownOutput();
            c.optionReplies(Wire.OPT_LIST);
            c.awaitCloseWithoutAWord();
        }
    }

    @Test
    void aHandshakeByteByByteSucceeds() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.greeting();
            byte[] all = RawNbdClient.bytes(out -> {
                out.writeInt(3);
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                out.writeInt(6);
                out.write(RawNbdClient.goPayload(""));
            });
            for (byte b : all) {
                c.send(b);
            }
            assertTrue(c.optionReplies(Wire.OPT_GO).get(0).type() == Wire.REP_INFO);
        }
    }

    @Test
    void allOptionsAndTheFirstRequestsInOnePieceAreAnswered() throws Exception {
        try (RawNbdClient c = RawNbdClient.connect(server.address())) {
            c.send(out -> {
                out.writeInt(3);
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_LIST);
                out.writeInt(0);
                out.writeLong(Wire.IHAVEOPT);
                out.writeInt(Wire.OPT_GO);
                out.writeInt(6);
                out.write(RawNbdClient.goPayload(""));
                out.writeInt(Wire.REQUEST);
                out.writeInt(Wire.READ);
                out.writeLong(99);
                out.writeLong(0);
                out.writeInt(512);
            });
            c.greeting();
            c.optionReplies(Wire.OPT_LIST);
            Session s = c.session(dev.sluice.itests.harness.ExportFacts.of(c.optionReplies(Wire.OPT_GO)));
            s.result(s.announce(99, 0, Wire.READ, 0, 512)).ok();
        }
    }

    @Test
    void nonsenseOfManyKindsHurtsNobody() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 200; i++) {
            try (RawNbdClient c = random.nextBoolean() ? greeted() : RawNbdClient.connect(server.address())) {
                byte[] noise = new byte[random.nextInt(300)];
                random.nextBytes(noise);
                if (noise.length >= 16 && random.nextInt(4) != 0) {
                    ByteBuffer.wrap(noise).putLong(Wire.IHAVEOPT).putInt(random.nextInt(13)).putInt(random.nextInt(400));
                }
                c.send(noise);
            } catch (IOException e) {
                // the server may have closed already
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
