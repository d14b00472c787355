package dev.sluice.core.chain;

import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.ThreadModel;
import java.io.IOException;

/** A filter that passes everything on; writes down its life in a journal. Tests override what they need. */
public class FakeFilter implements NbdFilter {
    /** Where its life is written down. */
    protected final Journal journal;
    /** The word in front of each line. */
    protected final String name;
    /** How many calls it takes. */
    public volatile ThreadModel model = ThreadModel.PARALLEL;

    /** With this name in the journal. */
    public FakeFilter(Journal journal, String name) {
        this.journal = journal;
        this.name = name;
    }

    @Override
    public ThreadModel threadModel() {
        return model;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        journal.add(name + " open " + request.exportName() + (request.readOnly() ? " ro" : ""));
        return new FakeDevice(journal, name, next.open(request));
    }

    @Override
    public void close() throws Exception {
        journal.add(name + " close layer");
    }
}
