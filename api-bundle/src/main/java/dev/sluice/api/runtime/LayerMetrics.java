package dev.sluice.api.runtime;

/**
 * What one layer of an export does. A live change carries the counts on to the successor.
 *
 * @param position in the chain; 0 is nearest the client
 * @param layer its name in the chain: the kind, with its label if it has one
 * @param requests answered by it
 * @param errors of them that failed
 * @param faults of them with something other than the API's failure type
 * @param latency of one in {@value #SAMPLED} requests of each connection, with all that lies behind the layer
 */
public record LayerMetrics(int position, String layer, long requests, long errors, long faults, Latency latency) {
    /** One in so many requests is measured. */
    public static final int SAMPLED = 32;
}
