package dev.sluice.core.simulation;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulation that finds nothing is worth nothing: it must find bugs that are known to be there. */
class PlantedBugsTest {
    private static final String CORE = "dev/sluice/core/";
    /** Seeds until a bug counts as not found. */
    private static final int SEEDS = 1000;

    static Stream<Mutation> bugs() {
        return Stream.of(
                new Mutation("a write is answered and not done", CORE + "transmission/CallRunner", "call", "write"),
                new Mutation("the gate of a connection stays open during a swap", CORE + "gate/Gate", "shut", null),
                new Mutation("FUA is not made of a flush", CORE + "chain/DeviceNode", "write", "flush"),
                new Mutation("a flush covers its own connection only", CORE + "simulation/SimDisk", "isShared", null),
                new Mutation("a thread that waits for work is not woken", CORE + "util/Workers", "tryRun", "unpark"),
                new Mutation("nobody looks again where there was no thread", CORE + "transmission/Transmission", "readable", "after"),
                new Mutation("a reply that was queued in the last moment is left lying", CORE + "transmission/Output", "send", "sendRest"),
                new Mutation("a call that was overtaken sends no answer", CORE + "transmission/InPlace", "finishOvertaken", "send"),
                new Mutation("the watcher keeps connections that have ended", CORE + "transmission/Watcher", "remove", null),
                new Mutation("nobody reads on while a reply is not taken", CORE + "transmission/Overtaking", "mayReadOn", null),
                new Mutation("a successor gets no state", CORE + "chain/StateTransfer", "adopt", "adopt"),
                new Mutation("the chain of a client that left during a change stays open", CORE + "export/ExportClients",
                        "closeDeparted", null));
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void aPlantedBugIsFound(Mutation bug) {
        LongFunction<Map<String, Object>> runner = new SimulatedCore(bug).runner();
        Object found = null;
        long seed = 0;
        while (found == null && seed < SEEDS) {
            found = runner.apply(++seed).get("failure");
        }
        assertNotNull(found, bug + " was not found in " + SEEDS + " seeds");
        System.out.println(bug.name() + ": found by seed " + seed + ": " + ((String) found).lines().findFirst().orElse(""));
    }
}
