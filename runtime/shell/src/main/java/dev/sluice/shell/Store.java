package dev.sluice.shell;

import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import java.util.Optional;

/** Where {@code --save} puts things. Every method throws a {@link dev.sluice.api.ConfigException} with one line if it can't. */
interface Store {
    /**
     * Writes how an export is defined.
     *
     * @param enabled whether it starts with the server
     * @return where, in a few words
     */
    String save(ExportDefinition definition, boolean enabled);

    /**
     * Takes an export out.
     *
     * @return from where, in a few words; empty if it was not saved
     */
    Optional<String> forget(String export);

    /** What relative file names are relative to; empty: the process's own directory. */
    String directory();

    /** Brings a bundle to where it is to stay, without replacing anything yet. */
    Incoming incoming(String location);

    /** A bundle on its way. */
    interface Incoming {
        /** The file to install it from. */
        String location();

        /**
         * Takes the place of the old one.
         *
         * @return where, in a few words
         */
        String keep();

        /** Goes. */
        void discard();
    }
}
