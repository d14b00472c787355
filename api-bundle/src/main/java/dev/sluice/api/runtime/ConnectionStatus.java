package dev.sluice.api.runtime;

/**
 * A connection.
 *
 * @param id counts from 1
 * @param peer where the client is
 * @param listener that accepted it
 * @param export that it uses; empty during the handshake
 * @param exportName that the client asked for
 * @param state handshake, transmission or closing
 * @param requests answered so far
 * @param errors of them that failed
 * @param bytesRead sent to the client as data
 * @param bytesWritten received from the client as data
 * @param inFlight requests being worked on
 */
public record ConnectionStatus(long id, String peer, String listener, String export, String exportName, String state, long requests,
        long errors, long bytesRead, long bytesWritten, int inFlight) {
}
