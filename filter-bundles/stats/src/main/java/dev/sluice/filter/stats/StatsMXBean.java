package dev.sluice.filter.stats;

import java.util.List;

/** The counts of one layer, for tools that understand JMX. */
public interface StatsMXBean {
    /** The export that the layer stands in. */
    String getExport();

    /** For how long it has counted, in seconds. */
    double getSeconds();

    /** Each operation that there was. */
    List<OperationStats> getOperations();

    /** As text, as {@code nbd:statsfilter} gives it. */
    String getText();
}
