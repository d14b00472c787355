package dev.sluice.filter.timelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TimeLimitTest {
    private final ModelDevice model = ModelDevice.of(new byte[4096]);
    private LayerHarness harness;

    private Connection connect(String... words) throws Exception {
        harness = LayerHarness.filter(TimeLimitFilter::new, "time-limit", List.of(words), Path.of("/"), model).start();
        return harness.connect();
    }

    private void pass(String time) {
        harness.context().clock().advance(Duration.parse(time));
    }

    private static void assertSentAway(Executable request) {
        NbdException e = assertThrows(NbdException.class, request);
        assertEquals(NbdError.ESHUTDOWN, e.error());
    }

    @Test
    void aClientMayStayForAMinute() throws Exception {
        Connection c = connect();
        pass("PT59.999S");
        c.read(0, 1);
        assertEquals(Optional.empty(), c.request().client().disconnected());
    }

    @Test
    void aClientThatStaysLongerIsSentAwayWithItsNextRequest() throws Exception {
        Connection c = connect();
        pass("PT60S");
        assertEquals(Optional.empty(), c.request().client().disconnected());
        model.takeCalls();
        assertSentAway(() -> c.read(0, 1));
        assertEquals(Optional.of(false), c.request().client().disconnected());
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void everyKindOfRequestIsRefused() throws Exception {
        Connection c = connect("time-limit=1ms");
        pass("PT1S");
        model.takeCalls();
        assertSentAway(() -> c.read(0, 1));
        assertSentAway(() -> c.write(0, new byte[1], Flags.NONE));
        assertSentAway(() -> c.device().zero(0, 1, Flags.NONE));
        assertSentAway(() -> c.device().trim(0, 1, Flags.NONE));
        assertSentAway(() -> c.device().cache(0, 1));
        assertSentAway(() -> c.device().flush());
        assertSentAway(() -> c.status(0, 1, Flags.NONE));
        assertEquals(List.of(), model.takeCalls());
    }

    @Test
    void eachConnectionHasItsOwnTime() throws Exception {
        Connection first = connect();
        pass("PT40S");
        Connection second = harness.connect();
        pass("PT40S");
        assertSentAway(() -> first.read(0, 1));
        second.read(0, 1);
    }

    @Test
    void everySpellingIsUnderstood() throws Exception {
        for (String name : List.of("time-limit", "timelimit", "time_limit")) {
            Connection c = connect(name + "=2s");
            pass("PT1S");
            c.read(0, 1);
            pass("PT1S");
            assertSentAway(() -> c.read(0, 1));
        }
    }

    @Test
    void aLimitOfZeroIsNone() throws Exception {
        Connection c = connect("time-limit=0");
        pass("PT100000H");
        c.read(0, 1);
    }

    @Test
    void theTimeGoesOnInASwap() throws Exception {
        connect();
        pass("PT50S");
        Connection c = harness.swap().get(0);
        c.read(0, 1);
        pass("PT10S");
        assertSentAway(() -> c.read(0, 1));
    }

    @Test
    void theTimeGoesOnWhenASwapIsRolledBack() throws Exception {
        Connection c = connect();
        pass("PT50S");
        harness.rollBack();
        c.read(0, 1);
        Connection after = harness.rollBackLate().get(0);
        pass("PT10S");
        assertSentAway(() -> after.read(0, 1));
    }

    @Test
    void anotherLimitHoldsForClientsThatAreThere() throws Exception {
        connect();
        pass("PT50S");
        assertSentAway(() -> harness.swap(List.of("time-limit=30")).get(0).read(0, 1));
        harness.swap(List.of("time-limit=100")).get(0).read(0, 1);
    }

    @Test
    void aTimeThatIsNoneIsRefused() {
        var e = assertThrows(ConfigException.class, () -> connect("timelimit=soon"));
        assertEquals("time-limit: time-limit=soon: a delay is a decimal number with one of the suffixes s, ms, us, ns (without: seconds)",
                e.getMessage());
    }
}
