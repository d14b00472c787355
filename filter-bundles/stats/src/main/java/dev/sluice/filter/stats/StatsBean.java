package dev.sluice.filter.stats;

import java.util.List;

/** One layer as JMX sees it. */
final class StatsBean implements StatsMXBean {
    private final LayerStats layer;

    StatsBean(LayerStats layer) {
        this.layer = layer;
    }

    @Override
    public String getExport() {
        return layer.export();
    }

    @Override
    public double getSeconds() {
        return layer.elapsed() / 1e9;
    }

    @Override
    public List<OperationStats> getOperations() {
        return layer.summaries().stream().map(OperationStats::new).toList();
    }

    @Override
    public String getText() {
        return Report.now("export " + layer.export(), layer.summaries(), layer.elapsed());
    }
}
