package dev.sluice.itests.crash;

import dev.sluice.itests.harness.ExportFacts;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One client that writes a part of a disk again and again, with flushes between, until its server is killed. */
final class Load extends Thread {
    private static final int AT_ONCE = 8;

    private final Session session;
    private final Promises promises;
    private final int first;
    private final int count;
    private final Random random;
    private volatile boolean mayEnd;
    private volatile Throwable failure;

    /** One write that waits for its answer. */
    private record Write(long cookie, int block, byte[] data, boolean fua) {
    }

    /** A client of these blocks. */
    Load(Session session, Promises promises, int first, int count, long seed) {
        this.session = session;
        this.promises = promises;
        this.first = first;
        this.count = count;
        this.random = new Random(seed);
        ExportFacts facts = session.facts();
        if ((facts.flags() & Wire.SEND_FUA) == 0 || (facts.flags() & Wire.SEND_FLUSH) == 0 || (facts.flags() & Wire.CAN_MULTI_CONN) == 0) {
            throw new AssertionError("the export has not what the test is about: flags 0x" + Integer.toHexString(facts.flags()));
        }
        setDaemon(true);
    }

    /** From now on the server may go. */
    void mayEnd() {
        mayEnd = true;
    }

    /** What went wrong before it might; null if nothing did. */
    Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        try (session) {
            while (true) {
                round();
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            if (!mayEnd) {
                failure = e;
            }
        }
    }

    /** Some writes and perhaps a flush, all under way at once. */
    private void round() throws IOException {
        List<Write> writes = new ArrayList<>();
        int room = count / AT_ONCE;
        for (int i = 0; i < AT_ONCE; i++) {
            int n = 1 + random.nextInt(4);
            int block = first + i * room + random.nextInt(room - n + 1);
            boolean fua = random.nextInt(8) == 0;
            byte[] data = promises.next(block, n);
            writes.add(new Write(session.sendWrite(fua ? 1 : 0, (long) block * Promises.BLOCK, data), block, data, fua));
        }
        long[] covered = random.nextInt(3) == 0 ? promises.beforeFlush() : null;
        long flush = covered == null ? 0 : session.send(0, Wire.FLUSH, 0, 0);
        for (Write w : writes) {
            session.result(w.cookie()).ok();
            promises.answered(w.block(), w.data(), w.fua());
        }
        if (covered != null) {
            session.result(flush).ok();
            promises.flushed(covered);
        }
    }
}
