package dev.sluice.fuzz;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What Jazzer calls; the name of the target is its argument. */
public final class Fuzzer {
    /** Held, because loggers that nobody holds forget how they were set. */
    private static final Logger ROOT = Logger.getLogger("");
    private static FuzzTarget target;

    private Fuzzer() {
    }

    /** Called once; without a name the first byte of each input chooses the target. */
    public static void fuzzerInitialize(String[] args) {
        ROOT.setLevel(Level.OFF);
        target = args.length == 0 || args[0].equals(Targets.ALL) ? Targets.all() : Targets.named(args[0]);
    }

    /** Called for each input. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        target.test(input);
    }
}
