package dev.sluice.itests.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What a test needs from the machine. It is skipped where that is missing, but fails there when CI=true. */
public final class Requires {
    private Requires() {
    }

    /** Programs that must be installed. */
    public static void programs(String... names) {
        for (String name : names) {
            that(installed(name), name + " is not installed");
        }
    }

    /** Any condition, with what is missing. */
    public static void that(boolean condition, String missing) {
        if (!condition && "true".equals(System.getenv("CI"))) {
            Assertions.fail(missing + ", and CI=true allows no skipping");
        }
        Assumptions.assumeTrue(condition, missing);
    }

    private static boolean installed(String name) {
        for (String dir : Tool.PATH.split(":")) {
            if (Files.isExecutable(Path.of(dir, name))) {
                return true;
            }
        }
        return false;
    }
}
