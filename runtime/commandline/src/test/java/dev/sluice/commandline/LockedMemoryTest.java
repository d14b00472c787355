package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockedMemoryTest {
    @TempDir
    private Path self;

    @ParameterizedTest
    @CsvSource({
        "unlimited, 0000000000000000, true, true",
        "unlimited, 0000000000000000, false, true",
        "8388608, 000001ffffffffff, false, true",
        "8388608, 000001ffffffffff, true, false",
        "8388608, 00000000a80425fb, false, false",
    })
    void aLimitIsAllRightOnlyForThePrivileged(String limit, String capabilities, boolean dropsPrivileges, boolean may) throws Exception {
        Files.writeString(self.resolve("limits"), "Limit                     Soft Limit           Hard Limit           Units\n"
                + "Max locked memory         " + limit + "              " + limit + "              bytes\n");
        Files.writeString(self.resolve("status"), "Name:\tjava\nCapEff:\t" + capabilities + "\n");
        assertEquals(may, isAllowed(dropsPrivileges));
    }

    @Test
    void aSystemThatDoesNotTellIsAsked() {
        assertEquals(true, isAllowed(false));
    }

    private boolean isAllowed(boolean dropsPrivileges) {
        try {
            new LockedMemory(self).check(dropsPrivileges);
            return true;
        } catch (UsageException e) {
            return false;
        }
    }
}
