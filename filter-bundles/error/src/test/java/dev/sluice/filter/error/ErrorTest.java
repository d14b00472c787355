package dev.sluice.filter.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private double dice = 0.5;
    @TempDir
    private Path directory;

    private Connection connect(String... words) throws Exception {
        return LayerHarness.filter(() -> new ErrorFilter(() -> dice), "error", List.of(words), directory, model).start().connect();
    }

    private interface Request {
        void run() throws Exception;
    }

    /** What read, write, trim, zero, status, cache and flush fail with; null for those that pass. */
    private List<String> errors(Connection c) throws Exception {
        List<Request> requests = List.of(() -> c.read(0, 1), () -> c.write(0, new byte[1], Flags.NONE),
                () -> c.device().trim(0, 1, Flags.NONE), () -> c.device().zero(0, 1, Flags.NONE), () -> c.status(0, 1, Flags.NONE),
                () -> c.device().cache(0, 1), () -> c.device().flush());
        List<String> errors = new ArrayList<>();
        for (Request r : requests) {
            try {
                r.run();
                errors.add("-");
            } catch (NbdException e) {
                errors.add(e.error().name());
            }
        }
        return errors;
    }

    @Test
    void byDefaultNothingFails() throws Exception {
        assertEquals(List.of("-", "-", "-", "-", "-", "-", "-"), errors(connect()));
        assertEquals(List.of("-", "-", "-", "-", "-", "-", "-"), errors(connect("error=EPERM")));
    }

    @Test
    void withARateOfOneEverythingButAFlushFails() throws Exception {
        assertEquals(List.of("EIO", "EIO", "EIO", "EIO", "EIO", "EIO", "-"), errors(connect("error-rate=100%")));
    }

    @Test
    void everyErrorCanBeChosen() throws Exception {
        for (String e : List.of("EPERM", "EIO", "ENOMEM", "EINVAL", "ENOSPC", "ESHUTDOWN")) {
            assertEquals(List.of(e, e, e, e, e, e, "-"), errors(connect("error=" + e, "error-rate=1")));
        }
    }

    @Test
    void anUnknownErrorIsRefused() {
        var e = assertThrows(ConfigException.class, () -> connect("error=EGAL"));
        assertEquals("error: error=EGAL: must be one of EPERM, EIO, ENOMEM, EINVAL, ENOSPC, ESHUTDOWN", e.getMessage());
    }

    @Test
    void eachKindOfRequestHasItsOwnErrorAndRate() throws Exception {
        assertEquals(List.of("EPERM", "-", "-", "-", "-", "-", "-"), errors(connect("error-pread=EPERM", "error-pread-rate=1")));
        assertEquals(List.of("-", "ENOSPC", "-", "-", "-", "-", "-"), errors(connect("error-pwrite=ENOSPC", "error-pwrite-rate=1")));
        assertEquals(List.of("-", "-", "EINVAL", "-", "-", "-", "-"), errors(connect("error-trim=EINVAL", "error-trim-rate=1")));
        assertEquals(List.of("-", "-", "-", "ENOMEM", "-", "-", "-"), errors(connect("error-zero=ENOMEM", "error-zero-rate=1")));
        assertEquals(List.of("-", "-", "-", "-", "EIO", "-", "-"), errors(connect("error-extents-rate=1")));
        assertEquals(List.of("-", "-", "-", "-", "-", "ESHUTDOWN", "-"), errors(connect("error-cache=ESHUTDOWN", "error-cache-rate=1")));
    }

    @Test
    void theOrderOfTheWordsCounts() throws Exception {
        assertEquals(List.of("EPERM", "EIO", "EIO", "EIO", "EIO", "EIO", "-"), errors(connect("error-rate=1", "error-pread=EPERM")));
        assertEquals(List.of("EIO", "EIO", "EIO", "EIO", "EIO", "EIO", "-"),
                errors(connect("error-pread=EPERM", "error-rate=1", "error=EIO")));
        assertEquals(List.of("EIO", "-", "-", "-", "-", "-", "-"), errors(connect("error-rate=0", "error-pread-rate=1")));
        assertEquals(List.of("-", "-", "-", "-", "-", "-", "-"), errors(connect("error-pread-rate=1", "error-rate=0")));
    }

    @Test
    void theDiceDecide() throws Exception {
        Connection c = connect("error-rate=1:2");
        dice = 0.499;
        assertEquals("EIO", errors(c).get(0));
        dice = 0.5;
        assertEquals("-", errors(c).get(0));
    }

    @Test
    void aFileSwitchesErrorsOn() throws Exception {
        Connection c = connect("error-rate=1", "error-file=now");
        assertEquals("-", errors(c).get(0));
        Files.createFile(directory.resolve("now"));
        assertEquals(List.of("EIO", "EIO", "EIO", "EIO", "EIO", "EIO", "-"), errors(c));
        Files.delete(directory.resolve("now"));
        assertEquals("-", errors(c).get(0));
    }

    @Test
    void eachKindOfRequestHasItsOwnFile() throws Exception {
        Files.createFile(directory.resolve("a"));
        assertEquals(List.of("-", "EIO", "-", "-", "-", "-", "-"),
                errors(connect("error-rate=1", "error-file=none", "error-pwrite-file=b", "error-pwrite-file=a")));
        assertEquals(List.of("EIO", "EIO", "EIO", "EIO", "EIO", "-", "-"), errors(connect("error-rate=1", "error-cache-file=none")));
    }

    @Test
    void aFileAloneInjectsNothing() throws Exception {
        Files.createFile(directory.resolve("a"));
        assertEquals("-", errors(connect("error-file=a")).get(0));
    }

    @Test
    void aRateAboveOneIsRefused() {
        var e = assertThrows(ConfigException.class, () -> connect("error-rate=101%"));
        assertEquals("error: error-rate=101%: must lie between 0 and 1 (100%)", e.getMessage());
    }

    @Test
    void theMessageSaysWhatWasInjectedWhere() throws Exception {
        Connection c = connect("error-rate=1");
        var e = assertThrows(NbdException.class, () -> c.read(0, 1));
        assertEquals("injecting EIO error into pread", e.getMessage());
        assertEquals(NbdError.EIO, e.error());
    }

    @Test
    void aRequestThatFailsDoesNotReachTheNextLayer() throws Exception {
        Connection c = connect("error-rate=1");
        model.takeCalls();
        errors(c);
        assertEquals(List.of("flush"), model.takeCalls());
    }

    @Test
    void theInfoIsThatOfTheNextLayer() throws Exception {
        assertEquals(model.info(), connect("error-rate=1").info());
    }

    @Test
    void theParametersCanBeChangedUnderAClientAndNothingIsReadForATrial() throws Exception {
        LayerHarness h = LayerHarness.filter(() -> new ErrorFilter(() -> dice), "error", List.of(), directory, model).start();
        h.connect().read(0, 1);
        assertTrue(h.layer().exclusive());
        Connection changed = h.swap(List.of("error=ENOSPC", "error-rate=1")).get(0);
        assertEquals(List.of("ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "-"), errors(changed));
        assertEquals("-", errors(h.swap(List.of("error-pwrite-rate=1")).get(0)).get(0));
    }
}
