package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.Support;
import dev.sluice.api.util.DeclaredParameters;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The contract of a filter, in front of a model that the subclass may replace. A transparent filter must not change
 * bytes, info or calls; for others the subclass says what the model's bytes read as through the filter.
 */
public abstract class FilterContract extends FilterEdgeContract {
    private static final int SIZE = 256 * 1024 + 1;

    private ModelDevice model;

    @Override
    protected abstract NbdFilter newKind();

    /** What stands behind the filter; made once for each test. Its size is no multiple of anything, on purpose. */
    protected ModelDevice newModel() {
        return ModelDevice.random(SIZE, random);
    }

    /** What these bytes of the model read as through the filter. */
    @Override
    protected byte[] through(byte[] behind) {
        return behind;
    }

    /** Whether an error of the device behind reaches the client as it is; false for a filter that tries again or hides it. */
    @Override
    protected boolean passesFailures() {
        return true;
    }

    /** What stands behind the filter in this test. */
    @Override
    protected final ModelDevice model() {
        if (model == null) {
            model = newModel();
        }
        return model;
    }

    @Override
    protected byte[] expected(Connection connection) throws IOException {
        return through(model().contents());
    }

    @Override
    final LayerHarness newHarness(List<String> words) {
        return LayerHarness.filter(this::newKind, kindName(), words, directory, model());
    }

    @Override
    final boolean isPlugin() {
        return false;
    }

    private boolean isTransparent() {
        return DeclaredParameters.of(newKind().getClass()).isTransparent();
    }

    @Test
    void aNextLayerThatRefusesMakesTheOpenFail() throws Exception {
        LayerHarness h = start();
        assumeTrue(passesFailures(), "the filter does not pass failures on");
        h.next().refuseWith(NbdError.EIO);
        assertThrows(IOException.class, h::connect);
        h.next().refuseWith(null);
        h.connect().readAll();
    }

    @Test
    void aFailureOfTheNextDeviceComesThroughAndTheReadCanBeTriedAgain() throws Exception {
        Connection c = start().connect();
        assumeTrue(passesFailures() && c.info().size() > 0, "the filter does not pass failures on");
        int length = (int) Math.min(c.info().size(), 65536);
        RecordingReply reply = new RecordingReply(length);
        model().failWith(NbdError.ENOMEM);
        NbdException e = assertThrows(NbdException.class, () -> c.device().read(0, length, reply));
        assertEquals(NbdError.ENOMEM, e.error());
        // The core's wrapper does this between all layers.
        reply.rewind(length);
        model().failWith(null);
        c.device().read(0, length, reply);
        assertArrayEquals(Arrays.copyOf(expected(c), length), reply.finish());
    }

    @Test
    void aReadOnlyDeviceBehindIsNeverOfferedAsWritableByATransparentFilter() throws Exception {
        assumeTrue(isTransparent(), "the filter is not transparent");
        model().with(DeviceInfo.readOnly(model().info().size()).extents(true).build());
        assertEquals(model().info(), start().connect().info());
    }

    @Test
    void aTransparentFilterOffersWhatTheNextDeviceOffers() throws Exception {
        assumeTrue(isTransparent(), "the filter is not transparent");
        DeviceInfo full = model().info();
        assertEquals(full, start().connect().info());
        model().with(full.with().zero(Support.EMULATE).fastZero(false).fua(Support.EMULATE).cache(Support.NONE).extents(false)
                .multiConn(false).rotational(true).build());
        assertEquals(model().info(), start().connect().info());
    }

    @Test
    void aTransparentFilterPassesEveryRequestOnce() throws Exception {
        assumeTrue(isTransparent(), "the filter is not transparent");
        Connection c = start().connect();
        model().takeCalls();
        c.read(5, 700);
        c.write(3, random.bytes(9), Flags.of(Flags.FUA));
        c.device().flush();
        c.device().trim(1, 2, Flags.of(Flags.FUA));
        c.device().zero(10, 20, Flags.of(Flags.FUA | Flags.MAY_TRIM | Flags.FAST_ZERO));
        c.device().cache(7, 8);
        c.status(9, 10, Flags.of(Flags.REQ_ONE));
        assertEquals(List.of("read 5 700", "write 3 9 fua", "flush", "trim 1 2 fua", "zero 10 20 fua,may_trim,fast", "cache 7 8",
                "status 9 10 req_one"), model().takeCalls());
    }

    @Test
    void aTransparentFilterPassesMemoryWithoutACopy() throws Exception {
        assumeTrue(isTransparent(), "the filter is not transparent");
        model().leases(true);
        Connection c = start().connect();
        Connection.Answer answer = c.readReply(100, 20_000);
        assertEquals(List.of(RecordingReply.Kind.LEASE), answer.kinds());
        assertArrayEquals(Arrays.copyOfRange(model().contents(), 100, 20_100), answer.bytes());
        assertEquals(0, model().leasesHeld());
    }

    @Test
    void aTransparentFilterListsTheExportsOfTheNextLayer() throws Exception {
        assumeTrue(isTransparent(), "the filter is not transparent");
        LayerHarness h = start();
        NbdFilter filter = (NbdFilter) h.layer();
        TestClient client = new TestClient(1);
        assertEquals(h.next().exports(client), filter.exports(client, h.next()));
        assertEquals(h.next().defaultExport(client), filter.defaultExport(client, h.next()));
        TestOpenRequest request = new TestOpenRequest(h.context(), "", false, client);
        assertEquals(h.next().description(request), filter.description(request, h.next()));
    }

    @Test
    void everythingBehindIsClosedInTheEnd() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.disconnect();
        c.behind().forEach(d -> assertEquals(true, d.isClosed()));
    }
}
