package dev.sluice.filter.partition;

import dev.sluice.api.ConfigException;
import dev.sluice.api.FilterName;
import dev.sluice.api.Help;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.NextLayer;
import dev.sluice.api.OpenRequest;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/** Serves one partition of what is behind it. The table is read anew for each connection. */
@Component(scope = ServiceScope.PROTOTYPE, service = NbdFilter.class)
@FilterName("partition")
@Help("serves one partition")
@Parameter(name = "partition", type = ParameterType.INTEGER, required = true, help = "number of the partition, from 1; logical ones from 5")
@Parameter(name = "partition-sectorsize", type = ParameterType.SIZE, help = "512 or 4k; without: what the layer behind seems to have")
public class PartitionFilter implements NbdFilter {
    /** Stands for a sector size that is to be found out. */
    static final int UNKNOWN = 0;

    private int number;
    private int sectorSize;

    @Override
    public void configure(Parameters parameters) {
        long given = parameters.integer("partition", Long.MIN_VALUE, Long.MAX_VALUE);
        if (given < 1 || given > Integer.MAX_VALUE) {
            throw new ConfigException("partition: partition=" + parameters.string("partition") + ": partitions are counted from 1");
        }
        number = (int) given;
        long size = parameters.optionalSize("partition-sectorsize").orElse(UNKNOWN);
        if (parameters.has("partition-sectorsize") && size != 512 && size != 4096) {
            throw new ConfigException("partition: partition-sectorsize=" + parameters.string("partition-sectorsize")
                    + ": it must be 512 or 4k");
        }
        sectorSize = (int) size;
    }

    @Override
    public NbdDevice open(OpenRequest request, NextLayer next) throws IOException {
        return new PartitionDevice(next.open(request), number, sectorSize, request.buffers());
    }

    @Override
    public String description(OpenRequest request, NextLayer next) throws IOException {
        String behind = next.description(request);
        return "partition " + number + (behind.isEmpty() ? "" : " of " + behind);
    }
}
