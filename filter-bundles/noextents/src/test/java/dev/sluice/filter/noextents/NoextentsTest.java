package dev.sluice.filter.noextents;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.Flags;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.RecordingReply;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoextentsTest {
    private final ModelDevice model = ModelDevice.of(new byte[8192]);

    private Connection connect() throws Exception {
        Connection c = LayerHarness.filter(NoextentsFilter::new, "noextents", List.of(), Path.of("/"), model).start().connect();
        model.takeCalls();
        return c;
    }

    @Test
    void onlyTheExtentsAreTakenAway() throws Exception {
        assertEquals(model.info().with().extents(false).build(), connect().info());
    }

    @Test
    void readsPassWithoutACopy() throws Exception {
        model.leases(true);
        Connection.Answer answer = connect().readReply(10, 5000);
        assertEquals(List.of(RecordingReply.Kind.LEASE), answer.kinds());
        assertArrayEquals(new byte[5000], answer.bytes());
    }

    @Test
    void otherRequestsPass() throws Exception {
        Connection c = connect();
        c.write(0, new byte[1], Flags.of(Flags.FUA));
        c.device().zero(1, 1, Flags.of(Flags.FAST_ZERO));
        c.device().trim(2, 1, Flags.NONE);
        c.device().flush();
        c.device().cache(3, 1);
        assertEquals(List.of("write 0 1 fua", "zero 1 1 fast", "trim 2 1", "flush", "cache 3 1"), model.takeCalls());
    }
}
