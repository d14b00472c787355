package dev.sluice.api.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A running Sluice: what there is and how it fares. The core registers one as a service. Values are copies; a later
 * change does not show in them. Safe for use by several threads. Exports and listeners are made by configuration
 * (factory PIDs {@link #EXPORT_PID} and {@link #LISTENER_PID}), not here.
 */
@ProviderType
public interface SluiceRuntime {
    /**
     * Factory PID of exports. Properties: {@code name} (String, {@code *} for a catch-all), {@code layers} (String[]:
     * filters nearest the client first, the plugin last, each as on a command line: {@code "cow cow-block-size=64k"}),
     * {@code enabled} (Boolean, true), {@code read-only} (Boolean, false), {@code drain} (String: a delay, 10s),
     * {@code hold} (String: a delay, 60s), {@code directory} (String: what relative paths are relative to).
     */
    String EXPORT_PID = "dev.sluice.export";

    /**
     * Factory PID of listeners. Properties: {@code name} (String), {@code address} (String: {@code unix:/PATH},
     * {@code tcp:HOST:PORT}, port 0 for any; an empty host is all addresses), {@code style} (String: newstyle,
     * oldstyle), {@code export} (String: what oldstyle clients get; empty for the default), {@code read-only}
     * (Boolean), and the limits of {@code docs/operations.md}.
     */
    String LISTENER_PID = "dev.sluice.listener";

    /** Version of Sluice. */
    String version();

    /** The plugins and filters that are registered, by name; where several versions are, the one that new exports get. */
    List<KindStatus> kinds();

    /** All configured exports, by name. */
    List<ExportStatus> exports();

    /** All configured listeners, by name. */
    List<ListenerStatus> listeners();

    /** All connections, oldest first. */
    List<ConnectionStatus> connections();

    /** What swaps did, latest first; the last 100 of each export. */
    List<SwapRecord> swaps();

    /**
     * Waits until the export with this name has a lasting state (any but {@link ExportState#STARTING}).
     *
     * @return empty if there is no such export when the time is over
     */
    Optional<ExportStatus> awaitExport(String name, Duration atMost);

    /**
     * Waits until the listener with this name listens or has failed.
     *
     * @return empty if there is no such listener when the time is over
     */
    Optional<ListenerStatus> awaitListener(String name, Duration atMost);

    /**
     * Calls back when a layer asks the server to stop ({@code LayerContext.shutdown}); without any callback that wish
     * is only logged.
     *
     * @return takes the callback back
     */
    AutoCloseable onShutdownRequest(Runnable callback);

    /** Counters and latencies of the server, its exports and their layers. */
    RuntimeMetrics metrics();

    /**
     * What one connection has done.
     *
     * @param id see {@link ConnectionStatus#id}
     * @return the operations that have come at least once; empty if the connection is not there (any more)
     */
    List<OperationMetrics> connectionMetrics(long id);

    /**
     * Tells an observer what happens.
     *
     * @param slow requests that take longer than this are told; null: none
     * @return takes the observer back
     */
    AutoCloseable observe(RuntimeObserver observer, Duration slow);
}
