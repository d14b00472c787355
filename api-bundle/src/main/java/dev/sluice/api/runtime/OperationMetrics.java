package dev.sluice.api.runtime;

/**
 * Requests of one kind, as clients sent them.
 *
 * @param operation read, write, flush, trim, cache, zero, status; other for what is none of these
 * @param requests answered
 * @param errors of them that failed
 * @param bytes of data that were read or written
 * @param latency of the calls into the chain, which requests that were refused before never reach. It begins when the
 *        request has a thread and the gate is open, and ends when the chain has returned: what the socket takes, and a
 *        swap, are not in it
 */
public record OperationMetrics(String operation, long requests, long errors, long bytes, Latency latency) {
}
