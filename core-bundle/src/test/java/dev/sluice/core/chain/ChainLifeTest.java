package dev.sluice.core.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.Cancellation;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.contract.TestClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChainLifeTest {
    private final CoreServices core = new CoreServices();
    private final Chains chains = new Chains(core);
    private final Journal journal = new Journal();

    @AfterEach
    void nothingLeaks() {
        core.assertNothingLeaked();
        core.close();
    }

    @Test
    void aChainIsOpenedFromTheClientAndPreparedFromThePlugin() throws Exception {
        chains.open(new FakeFilter(journal, "f"), new FakeFilter(journal, "g"), new FakePlugin(journal, "p"));
        assertEquals(List.of("f open e", "g open e", "p open e"), journal.take().stream().filter(l -> l.contains("open")).toList());
        Chain again = chains.open(new FakeFilter(journal, "f"), new FakePlugin(journal, "p"));
        assertEquals(List.of("p prepare", "f prepare"), journal.take().stream().filter(l -> l.contains("prepare")).toList());
        again.close();
    }

    @Test
    void aChainIsFinishedAndThenClosedFromTheClient() throws Exception {
        Chain chain = chains.open(new FakeFilter(journal, "f"), new FakePlugin(journal, "p"));
        journal.take();
        chain.close();
        assertEquals(List.of("f finish", "p finish", "f close", "p close"), journal.take());
    }

    @Test
    void closingTwiceDoesNothing() throws Exception {
        Chain chain = chains.open(new FakePlugin(journal, "p"));
        chain.close();
        journal.take();
        chain.close();
        assertEquals(List.of(), journal.take());
    }

    @Test
    void informationIsAskedForOnce() throws Exception {
        Chain chain = chains.open(new FakePlugin(journal, "p"));
        assertEquals(64 << 10, chain.info().size());
        chain.device().info();
        chain.device().flush();
        assertEquals(1, journal.count("p info"));
    }

    @Test
    void aFilterDecidesWhatTheNextLayerOpens() throws Exception {
        chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return next.open(request.withExportName("other").withReadOnly(true));
            }
        }, new FakePlugin(journal, "p"));
        assertTrue(journal.take().contains("p open other ro"));
    }

    @Test
    void anOpenThatFailsLeavesNothingOpen() {
        NbdException e = assertThrows(NbdException.class, () -> chains.open(new FakeFilter(journal, "f"), new FakePlugin(journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                throw new IOException("no such disk");
            }
        }));
        assertEquals(NbdError.EIO, e.error());
        assertTrue(e.getMessage().contains("no such disk"), e.getMessage());
        assertEquals(List.of("f open e"), journal.take());
    }

    @Test
    void aFilterThatFailsAfterItHasOpenedTheNextLeavesNothingOpen() {
        assertThrows(NbdException.class, () -> chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                next.open(request);
                throw new NbdException(NbdError.EINVAL, "not for you");
            }
        }, new FakePlugin(journal, "p")));
        assertEquals(List.of("p open e", "p close"), journal.take());
    }

    @Test
    void openingNoDeviceIsAFailure() {
        NbdException e = assertThrows(NbdException.class, () -> chains.open(new FakePlugin(journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) {
                return null;
            }
        }));
        assertEquals(NbdError.EIO, e.error());
    }

    @Test
    void aPrepareThatFailsClosesEverythingAndFinishesOnlyWhatWasPrepared() {
        assertThrows(NbdException.class, () -> chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return new FakeDevice(journal, "f", next.open(request)) {
                    @Override
                    public void prepare() throws IOException {
                        throw new IOException("bad header");
                    }
                };
            }
        }, new FakePlugin(journal, "p")));
        assertEquals(List.of("p open e", "p prepare", "p info", "p finish", "f close", "p close"), journal.take());
    }

    @Test
    void noInformationIsAFailure() {
        assertThrows(NbdException.class, () -> chains.around(new FakeDevice(journal, "p", new NoDevice()) {
            @Override
            public DeviceInfo info() {
                return null;
            }
        }));
        assertEquals(1, journal.count("p close"));
    }

    @Test
    void aFilterMayOpenTheNextLayerLater() throws Exception {
        List<NbdDevice> later = new ArrayList<>();
        Chain chain = chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) {
                return new NoDevice() {
                    @Override
                    public void flush() throws IOException {
                        later.add(next.open(request));
                    }

                    @Override
                    public DeviceInfo info() {
                        return DeviceInfo.readOnly(512).flush(true).build();
                    }
                };
            }
        }, new FakePlugin(journal, "p"));
        assertEquals(List.of(), journal.take());
        chain.device().flush();
        assertEquals(List.of("p open e", "p prepare", "p info"), journal.take());
        assertEquals(64 << 10, later.get(0).info().size());
        chain.close();
        assertEquals(List.of("p finish", "p close"), journal.take());
    }

    @Test
    void aFilterMayOpenTheNextLayerTwice() throws Exception {
        Chain chain = chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                next.open(request.withExportName("a"));
                return next.open(request.withExportName("b"));
            }
        }, new FakePlugin(journal, "p"));
        assertEquals(2, journal.take().stream().filter("p prepare"::equals).count());
        chain.close();
        assertEquals(2, journal.count("p close"));
    }

    @Test
    void aFilterMayCloseWhatItOpened() throws Exception {
        Chain chain = chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                NbdDevice device = next.open(request);
                DeviceInfo info = device.info();
                device.close();
                return new NoDevice() {
                    @Override
                    public DeviceInfo info() {
                        return info;
                    }
                };
            }
        }, new FakePlugin(journal, "p"));
        assertEquals(List.of("p open e", "p prepare", "p info", "p finish", "p close"), journal.take());
        chain.close();
        assertEquals(List.of(), journal.take());
    }

    @Test
    void closingGoesOnWhenALayerFails() throws Exception {
        Chain chain = chains.open(new FakeFilter(journal, "f") {
            @Override
            public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
                return new FakeDevice(journal, "f", next.open(request)) {
                    @Override
                    public void finish() {
                        throw new InternalError("this failure is part of a test");
                    }

                    @Override
                    public void close() throws IOException {
                        throw new IOException("this failure is part of a test");
                    }
                };
            }
        }, new FakePlugin(journal, "p"));
        journal.take();
        chain.close();
        assertEquals(List.of("p finish", "p close"), journal.take());
    }

    @Test
    void aDevicesScopeEndsWithTheDevice() throws Exception {
        List<Cancellation> seen = new ArrayList<>();
        Chain chain = chains.open(new FakePlugin(journal, "p") {
            @Override
            public NbdDevice open(OpenRequest request) throws IOException {
                seen.add(request.cancellation());
                return super.open(request);
            }
        });
        assertFalse(seen.get(0).isCancelled());
        chain.close();
        assertTrue(seen.get(0).isCancelled());
    }

    @Test
    void cancellingAChainLeavesTheLayerAlone() throws Exception {
        FakePlugin plugin = new FakePlugin(journal, "p");
        List<Layer> layers = chains.layers(plugin);
        Chain chain = Chain.open(layers, new TestClient(1), "e", false);
        chain.cancel("test");
        assertFalse(layers.get(0).scope().cancellation().isCancelled());
        chain.close();
    }

    @Test
    void contextsComeFromTheFirstDevice() throws Exception {
        MetaContext own = new MetaContext("x:y");
        Chain chain = chains.around(new NoDevice() {
            @Override
            public List<MetaContext> contexts() {
                return List.of(own);
            }
        }).chain();
        assertSame(own, chain.contexts().get(0));
    }

    @Test
    void contextsThatFailAreAnError() throws Exception {
        Chain chain = chains.around(new NoDevice() {
            @Override
            public List<MetaContext> contexts() {
                return null;
            }
        }).chain();
        assertThrows(NbdException.class, chain::contexts);
    }

    @Test
    void contextsThatFailBadlyAreAnError() throws Exception {
        Chain chain = chains.around(new NoDevice() {
            @Override
            public List<MetaContext> contexts() {
                throw new NoClassDefFoundError("this failure is part of a test");
            }
        }).chain();
        assertThrows(NbdException.class, chain::contexts);
    }
}
