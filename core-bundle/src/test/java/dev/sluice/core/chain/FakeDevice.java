package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.util.Optional;

/** Passes everything on and writes down its life. */
public class FakeDevice extends ForwardingDevice {
    private final Journal journal;
    private final String name;

    /** In front of another device. */
    public FakeDevice(Journal journal, String name, NbdDevice next) {
        super(next);
        this.journal = journal;
        this.name = name;
    }

    @Override
    public DeviceInfo info() {
        journal.add(name + " info");
        return next.info();
    }

    @Override
    public void prepare() throws IOException {
        journal.add(name + " prepare");
    }

    @Override
    public void finish() throws IOException {
        journal.add(name + " finish");
    }

    @Override
    public Optional<HandOver> release() throws Exception {
        journal.add(name + " release device");
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        journal.add(name + " close");
    }
}
