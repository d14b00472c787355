package dev.sluice.api.runtime;

import java.time.Duration;

/**
 * A request that took longer than an observer wishes.
 *
 * @param export its configured name
 * @param connection see {@link ConnectionStatus#id}
 * @param operation see {@link OperationMetrics#operation}
 * @param offset in bytes
 * @param length in bytes
 * @param took in the chain; see {@link OperationMetrics#latency}
 * @param failed whether the client got an error
 */
public record SlowRequest(String export, long connection, String operation, long offset, long length, Duration took, boolean failed) {
}
