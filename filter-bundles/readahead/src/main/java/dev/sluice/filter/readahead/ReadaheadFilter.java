package dev.sluice.filter.readahead;

import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Transparent;
import dev.sluice.shared.requestlock.OneAtATime;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Asks the layer behind to have ready what a client that reads in sequence will read next. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("readahead")
@Transparent
@Help("prefetches ahead of sequential reads")
public class ReadaheadFilter implements NbdFilter {
    private static final System.Logger LOG = System.getLogger(ReadaheadFilter.class.getName());

    private final AtomicBoolean warned = new AtomicBoolean();
    private String export = "";

    @Override
    public void ready(LayerContext context) {
        export = context.export();
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new ReadaheadDevice(new OneAtATime(next.open(request), request), request.tasks(), this::cannotPrefetch);
    }

    /** Said once, however many clients come. */
    private void cannotPrefetch() {
        if (warned.compareAndSet(false, true)) {
            LOG.log(Level.WARNING, "export " + export + ": readahead does nothing, because the layer behind has no cache;"
                    + " put the cache filter, or cow with cow-on-cache=true, behind it");
        }
    }
}
