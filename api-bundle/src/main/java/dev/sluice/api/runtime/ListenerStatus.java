package dev.sluice.api.runtime;

/**
 * A listener.
 *
 * @param name as configured
 * @param listening whether clients can connect
 * @param address where, with the real port; as in the configuration while it doesn't listen
 * @param why it doesn't listen, in one line; otherwise empty
 * @param accepted connections so far
 * @param refused connections so far, because a bound was reached
 */
public record ListenerStatus(String name, boolean listening, String address, String why, long accepted, long refused) {
}
