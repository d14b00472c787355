package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.HandOver;
import dev.sluice.api.Lease;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One layer goes and a successor comes, under open chains. */
class LayerSwapTest {
    private final CoreServices core = new CoreServices();
    private final Chains chains = new Chains(core);
    private final Journal log = new Journal();

    @AfterEach
    void nothingLeaks() {
        core.assertNothingLeaked();
        core.close();
    }

    /** Hands a lease over, on the layer and on every device. */
    private class Stateful extends FakePlugin {
        private Lease state;
        private final boolean refuses;

        Stateful(String name, boolean first, boolean refuses) throws NbdException {
            super(log, name);
            state = first ? core.buffers.lease(10) : null;
            this.refuses = refuses;
        }

        @Override
        public NbdDevice open(OpenRequest request) throws IOException {
            log.add(name + " open");
            return new StatefulDevice(name, disk(), refuses);
        }

        @Override
        public Optional<HandOver> release() {
            log.add(name + " release");
            HandOver h = new HandOver("s", 1, Map.of("lease", state));
            state = null;
            return Optional.of(h);
        }

        @Override
        public void adopt(HandOver h) {
            log.add(name + " adopt");
            state = (Lease) h.state().get("lease");
        }

        @Override
        public void close() {
            if (state != null) {
                state.close();
            }
        }
    }

    private final class StatefulDevice extends FakeDevice {
        private final String name;
        private final boolean refuses;
        private Lease state;

        StatefulDevice(String name, NbdDevice next, boolean refuses) {
            super(log, name, next);
            this.name = name;
            this.refuses = refuses;
        }

        @Override
        public void flush() throws IOException {
            if (state == null) {
                state = core.buffers.lease(20);
            }
        }

        @Override
        public Optional<HandOver> release() {
            log.add(name + " release device");
            Optional<HandOver> h = Optional.ofNullable(state).map(s -> new HandOver("d", 1, Map.of("lease", s)));
            state = null;
            return h;
        }

        @Override
        public void adopt(HandOver h) throws IOException {
            if (refuses) {
                throw new IOException("does not know this state");
            }
            log.add(name + " adopt device");
            state = (Lease) h.state().get("lease");
        }

        @Override
        public void close() throws IOException {
            log.add(name + " close");
            if (state != null) {
                state.close();
                state = null;
            }
        }
    }

    private Chain open(List<Layer> layers, long connection) throws NbdException {
        return Chain.open(layers, new TestClient(connection), "e", false);
    }

    @Test
    void theDevicesOfTheOldLayerAreReleasedThenTheLayerThenTheDevicesAreClosed() throws Exception {
        List<Layer> layers = chains.layers(new FakeFilter(log, "f"), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        log.take();
        LayerSwap.takeOut(List.of(chain), layers.get(1));
        assertEquals(List.of("p release device", "p release", "p close"), log.take());
        chain.close();
    }

    @Test
    void theSuccessorServesWhereTheOldLayerWas() throws Exception {
        List<Layer> layers = chains.layers(new FakeFilter(log, "f"), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(1));
        FakePlugin next = new FakePlugin(log, "q");
        log.take();
        swap.putIn(List.of(chain), chains.layer("q", next));
        assertEquals(List.of("q open e", "q prepare", "q info"), log.take());
        chain.device().write(0, ByteBuffer.wrap(new byte[] {7}), Flags.NONE);
        assertEquals(7, next.disk().contents()[0]);
        chain.close();
        assertEquals(List.of("f finish", "q finish", "f close", "q close"), log.take());
    }

    @Test
    void aFilterIsReplacedWithoutTheLayersBehindItNoticing() throws Exception {
        List<Layer> layers = chains.layers(new FakeFilter(log, "f"), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        log.take();
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        swap.putIn(List.of(chain), chains.layer("g", new FakeFilter(log, "g")));
        assertEquals(0, log.take().stream().filter(l -> l.startsWith("p") && !l.equals("p info")).count());
        chain.close();
        assertEquals(List.of("g finish", "p finish", "g close", "p close"), log.take());
    }

    @Test
    void stateOfLayerAndDevicesGoesToTheSuccessor() throws Exception {
        Stateful old = new Stateful("p", true, false);
        List<Layer> layers = chains.layers(old);
        Chain chain = open(layers, 1);
        chain.device().flush();
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        old.close();
        Stateful next = new Stateful("q", false, false);
        log.take();
        swap.putIn(List.of(chain), chains.layer("q", next));
        assertEquals(List.of("q adopt", "q open", "q adopt device", "q prepare", "q info"), log.take());
        assertEquals(2, core.buffers.leases());
        chain.close();
        next.close();
    }

    @Test
    void stateOfAConnectionThatHasGoneIsGivenBack() throws Exception {
        Stateful old = new Stateful("p", true, false);
        List<Layer> layers = chains.layers(old);
        Chain stays = open(layers, 1);
        Chain goes = open(layers, 2);
        stays.device().flush();
        goes.device().flush();
        LayerSwap swap = LayerSwap.takeOut(List.of(stays, goes), layers.get(0));
        old.close();
        goes.close();
        Stateful next = new Stateful("q", false, false);
        swap.putIn(List.of(stays), chains.layer("q", next));
        assertEquals(2, core.buffers.leases());
        stays.close();
        next.close();
    }

    @Test
    void aSuccessorWhoseDeviceDoesNotAdoptIsRefusedAndTheStateWaitsForAnother() throws Exception {
        Stateful old = new Stateful("p", true, false);
        List<Layer> layers = chains.layers(old);
        Chain chain = open(layers, 1);
        chain.device().flush();
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        old.close();
        Stateful bad = new Stateful("bad", false, true);
        assertThrows(NbdException.class, () -> swap.putIn(List.of(chain), chains.layer("bad", bad)));
        bad.close();
        log.take();
        Stateful good = new Stateful("q", false, false);
        swap.putIn(List.of(chain), chains.layer("q", good));
        assertEquals(1, log.take().stream().filter("q adopt device"::equals).count());
        assertEquals(2, core.buffers.leases());
        chain.close();
        good.close();
    }

    private void refused(NbdLayer bad, String expected) throws Exception {
        List<Layer> layers = chains.layers(new FakeFilter(log, "f"), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(1));
        String text = assertThrows(NbdException.class, () -> swap.putIn(List.of(chain), chains.layer("bad", bad))).getMessage();
        assertTrue(text.contains(expected), text);
        FakePlugin good = new FakePlugin(log, "q");
        swap.putIn(List.of(chain), chains.layer("q", good));
        chain.device().write(0, ByteBuffer.wrap(new byte[] {7}), Flags.NONE);
        assertEquals(7, good.disk().contents()[0]);
        log.take();
        chain.close();
        assertEquals(List.of("f finish", "q finish", "f close", "q close"), log.take());
    }

    @Test
    void aSuccessorOfAnotherSizeIsRefusedAlsoBehindAFilter() throws Exception {
        refused(new FakePlugin(log, "bad", ModelDevice.of(new byte[512])), "its size is 512 bytes");
    }

    @Test
    void aSuccessorThatLacksWhatClientsWereToldIsRefused() throws Exception {
        ModelDevice poor = ModelDevice.of(new byte[64 << 10]);
        poor.with(poor.info().with().trim(false).build());
        refused(new FakePlugin(log, "bad", poor), "it has no trim");
    }

    @Test
    void aSuccessorThatDoesNotOpenIsRefused() throws Exception {
        refused(new FakePlugin(log, "bad") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                throw new IOException("no disk today");
            }
        }, "no disk today");
    }

    @Test
    void aSuccessorThatFailsBadlyIsRefused() throws Exception {
        refused(new FakePlugin(log, "bad") {
            @Override
            public NbdDevice open(OpenRequest request) {
                throw new NoClassDefFoundError("gone");
            }
        }, "gone");
    }

    /** Opens two devices behind it, or one. */
    private final class Opener extends FakeFilter {
        private final int devices;
        private final boolean fails;

        Opener(String name, int devices, boolean fails) {
            super(log, name);
            this.devices = devices;
            this.fails = fails;
        }

        @Override
        public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
            NbdDevice first = next.open(request);
            for (int i = 1; i < devices; i++) {
                next.open(request);
            }
            if (fails) {
                throw new IOException("can't");
            }
            return new FakeDevice(log, name, first) {
                @Override
                public DeviceInfo info() {
                    return next.info();
                }
            };
        }
    }

    @Test
    void whatTheSuccessorDoesNotOpenAgainIsClosed() throws Exception {
        List<Layer> layers = chains.layers(new Opener("f", 2, false), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        log.take();
        swap.putIn(List.of(chain), chains.layer("g", new Opener("g", 1, false)));
        assertEquals(List.of("g prepare", "p finish", "p close"), log.take());
        chain.close();
        assertEquals(1, log.count("p close"));
    }

    @Test
    void whatTheSuccessorOpensMoreIsOpened() throws Exception {
        List<Layer> layers = chains.layers(new Opener("f", 1, false), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        log.take();
        swap.putIn(List.of(chain), chains.layer("g", new Opener("g", 2, false)));
        assertEquals(1, log.count("p open e"));
        chain.close();
        assertEquals(2, log.count("p close"));
    }

    @Test
    void aRefusedSuccessorLosesNoDeviceOfTheLayersBehindIt() throws Exception {
        List<Layer> layers = chains.layers(new Opener("f", 2, false), new FakePlugin(log, "p"));
        Chain one = open(layers, 1);
        Chain two = open(layers, 2);
        LayerSwap swap = LayerSwap.takeOut(List.of(one, two), layers.get(0));
        log.take();
        int[] opened = new int[1];
        // takes the first connection over, opens fewer devices there, and fails on the second
        assertThrows(NbdException.class, () -> swap.putIn(List.of(one, two), chains.layer("bad", new FakeFilter(log, "bad") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                NbdDevice device = next.open(request);
                if (++opened[0] == 2) {
                    throw new IOException("not twice");
                }
                return new FakeDevice(log, "bad", device);
            }
        })));
        assertEquals(0, log.count("p close"));
        swap.putIn(List.of(one, two), chains.layer("g", new Opener("g", 2, false)));
        one.device().flush();
        two.device().flush();
        log.take();
        one.close();
        two.close();
        assertEquals(4, log.count("p close"));
    }

    @Test
    void aSuccessorThatFailsAfterItOpenedMoreLeavesNothingOpen() throws Exception {
        List<Layer> layers = chains.layers(new Opener("f", 1, false), new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        log.take();
        assertThrows(NbdException.class, () -> swap.putIn(List.of(chain), chains.layer("bad", new Opener("bad", 3, true))));
        List<String> lines = log.take();
        assertEquals(lines.stream().filter("p open e"::equals).count(), lines.stream().filter("p close"::equals).count());
        chain.close();
        assertEquals(1, log.count("p close"));
    }

    @Test
    void countsGoOnAfterASwap() throws Exception {
        List<Layer> layers = chains.layers(new FakePlugin(log, "p"));
        Chain chain = open(layers, 1);
        assertThrows(NbdException.class, () -> chain.device().trim(-1, 1, Flags.NONE));
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        Layer next = chains.layer("q", new FakePlugin(log, "q"));
        swap.putIn(List.of(chain), next);
        assertEquals(1, next.requests());
        assertEquals(1, next.errors());
        chain.close();
    }

    @Test
    void stateThatNobodyTakesIsGivenBack() throws Exception {
        Stateful old = new Stateful("p", true, false);
        List<Layer> layers = chains.layers(old);
        Chain chain = open(layers, 1);
        chain.device().flush();
        LayerSwap swap = LayerSwap.takeOut(List.of(chain), layers.get(0));
        swap.discard();
        assertEquals(0, core.buffers.leases());
        chain.close();
    }

    @Test
    void aLayerWhoseStateCanNotBeTakenGivesBackWhatItsDevicesGave() throws Exception {
        Stateful old = new Stateful("p", true, false) {
            @Override
            public Optional<HandOver> release() {
                throw new IllegalStateException("this failure is part of a test");
            }
        };
        List<Layer> layers = chains.layers(old);
        Chain chain = open(layers, 1);
        chain.device().flush();
        assertThrows(NbdException.class, () -> LayerSwap.takeOut(List.of(chain), layers.get(0)));
        old.close();
        assertEquals(0, core.buffers.leases());
        chain.close();
    }
}
