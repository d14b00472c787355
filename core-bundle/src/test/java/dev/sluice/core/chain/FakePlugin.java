package dev.sluice.core.chain;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.HandOver;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameters;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.ModelDevice;
import java.io.IOException;
import java.util.Optional;

/** A plugin whose devices share one byte array; writes down its life in a journal. Tests override what they need. */
public class FakePlugin implements NbdPlugin {
    /** Where its life is written down. */
    protected final Journal journal;
    /** The word in front of each line. */
    protected final String name;
    /** What it was made ready with. */
    public volatile LayerContext context;
    /** How many calls it takes. */
    public volatile ThreadModel model = ThreadModel.PARALLEL;
    private final ModelDevice disk;

    /** With a disk of its own. */
    public FakePlugin(Journal journal, String name, ModelDevice disk) {
        this.journal = journal;
        this.name = name;
        this.disk = disk;
    }

    /** With 64 KiB of zeroes. */
    public FakePlugin(Journal journal, String name) {
        this(journal, name, ModelDevice.of(new byte[64 << 10]));
    }

    /** The bytes behind it. */
    public ModelDevice disk() {
        return disk;
    }

    @Override
    public void configure(Parameters parameters) {
        journal.add(name + " configure");
    }

    @Override
    public void ready(LayerContext offered) throws Exception {
        context = offered;
        journal.add(name + " ready");
    }

    @Override
    public ThreadModel threadModel() {
        return model;
    }

    @Override
    public NbdDevice open(OpenRequest request) throws IOException {
        journal.add(name + " open " + request.exportName() + (request.readOnly() ? " ro" : ""));
        return new FakeDevice(journal, name, disk);
    }

    @Override
    public Optional<HandOver> release() throws Exception {
        journal.add(name + " release");
        return Optional.empty();
    }

    @Override
    public void close() throws Exception {
        journal.add(name + " close layer");
    }

    /** The information that its devices give. */
    public DeviceInfo info() {
        return disk.info();
    }
}
