package dev.sluice.api.runtime;

import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Changes a running Sluice: what shells and consoles are made of. The core registers one as a service. Every method
 * blocks until the change is done or refused, and throws a {@link dev.sluice.api.ConfigException} with one line when it
 * was refused; then nothing has changed and clients have noticed nothing. Safe for use by several threads; changes of
 * one export run one after the other.
 *
 * <p>Changes made here last until the export's configuration is edited or the server stops, unless the caller writes
 * them to the configuration too (see {@link #definition}).
 */
@ProviderType
public interface SluiceControl {
    /**
     * Makes an export and starts it. Answers when it has a lasting state, which may be WAITING or FAILED.
     *
     * @return its status
     */
    ExportStatus create(ExportDefinition definition);

    /** How an export is defined now, with all changes. */
    ExportDefinition definition(String export);

    /** Starts an export that was stopped. */
    ExportStatus start(String export);

    /**
     * Stops an export; its definition stays.
     *
     * @param drain how long requests may take to end; null: as configured
     */
    void stop(String export, StopMode mode, Duration drain);

    /** Stops an export and forgets it, with what was handed over and waits for a successor. */
    void delete(String export);

    /**
     * Puts a filter into a live chain.
     *
     * @param line the filter and its words, as on a command line
     * @param position {@code before:LAYER}, {@code after:LAYER}, or empty for nearest the client
     */
    SwapRecord insert(String export, String line, String position, ChangeOptions options);

    /** Takes a filter out of a live chain. */
    SwapRecord remove(String export, String layer, ChangeOptions options);

    /** Moves a filter to another place of a live chain; position as in {@link #insert}, not empty. */
    SwapRecord move(String export, String layer, String position, ChangeOptions options);

    /** Puts another layer in the place of one: a line as in {@link #insert}. */
    SwapRecord replace(String export, String layer, String line, ChangeOptions options);

    /**
     * Changes parameters of a layer.
     *
     * @param words {@code key=value}; they take the place of all words with the same key
     */
    SwapRecord set(String export, String layer, List<String> words, ChangeOptions options);

    /**
     * Brings the chain to this shape with the smallest change; what an edit of the configuration does.
     *
     * @param layers as in {@link SluiceRuntime#EXPORT_PID}
     */
    SwapRecord reshape(String export, List<String> layers, ChangeOptions options);

    /**
     * Blue/green: installs a bundle beside the one of the same symbolic name, moves every layer of its kinds in every
     * export to it, and uninstalls the old one. If any export refuses, all go back and the new bundle is uninstalled.
     *
     * @param location a URL, or the path of a file
     * @return one record for each export
     */
    List<SwapRecord> upgrade(String location, ChangeOptions options);

    /**
     * How to change.
     *
     * @param dryRun only say what would happen: nothing is opened or shut
     * @param changesData the operator accepts that clients may see other bytes
     * @param force what a layer that is taken out can't bring home may be lost
     */
    record ChangeOptions(boolean dryRun, boolean changesData, boolean force) {
        /** Change, without any consent. */
        public static final ChangeOptions NONE = new ChangeOptions(false, false, false);
    }

    /**
     * An export as it could stand in a configuration.
     *
     * @param name {@code *} for a catch-all
     * @param layers nearest the client first, the plugin last
     * @param readOnly whether clients may only read
     * @param drain how long a swap or stop waits for requests
     * @param hold how long clients wait for a successor
     * @param directory what relative paths are relative to
     */
    record ExportDefinition(String name, List<String> layers, boolean readOnly, Duration drain, Duration hold, String directory) {
        /** Copies the list. */
        public ExportDefinition {
            layers = List.copyOf(layers);
        }

        /** With the defaults of a configuration. */
        public static ExportDefinition of(String name, List<String> layers) {
            return new ExportDefinition(name, layers, false, Duration.ofSeconds(10), Duration.ofSeconds(60), "");
        }
    }
}
