package dev.sluice.core.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** The core under a scheduler: see docs/reliability.md. */
class SimulationTest {
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);

    @Test
    void noSeedFindsAMistake() {
        LongFunction<Map<String, Object>> runner = new SimulatedCore(Mutation.NONE).runner();
        long began = System.nanoTime();
        long points = 0;
        long nanos = 0;
        long requests = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Map<String, Object> result = runner.apply(seed);
            points += (long) result.get("points");
            nanos += (long) result.get("nanos");
            requests += (long) result.get("requests");
            if (result.get("failure") != null) {
                throw new AssertionError("seed " + seed + ": " + result.get("failure"), (Throwable) result.get("cause"));
            }
        }
        System.out.println(SEEDS + " seeds from " + FIRST + ": " + points + " points, " + requests + " requests, "
                + nanos / 1_000_000_000L + " simulated seconds in " + (System.nanoTime() - began) / 1_000_000_000L + " s");
    }

    @Test
    void aSeedIsTheSameRunEveryTime() {
        LongFunction<Map<String, Object>> one = new SimulatedCore(Mutation.NONE).runner();
        LongFunction<Map<String, Object>> other = new SimulatedCore(Mutation.NONE).runner();
        for (long seed = 1; seed <= 20; seed++) {
            Object first = one.apply(seed).get("hash");
            assertEquals(first, one.apply(seed).get("hash"), "seed " + seed);
            assertEquals(first, other.apply(seed).get("hash"), "seed " + seed + " in a core of its own");
        }
    }
}
