package dev.sluice.filter.exitwhen;

import dev.sluice.api.Cancellation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Something that ends the server. Safe for use by several threads. */
interface Event {
    /** Whether it is the case now. */
    boolean hasHappened(Cancellation cancellation);

    /** What has happened then, to stand in a sentence. */
    String text();

    /** A file is there. */
    static Event created(Path path) {
        return of(() -> Files.exists(path), "file " + path + " exists");
    }

    /** A file is not there; one in a directory that can't be searched counts as there. */
    static Event deleted(Path path) {
        return of(() -> Files.notExists(path), "file " + path + " does not exist");
    }

    /** Of a test and its text. */
    static Event of(BooleanSupplier test, String text) {
        return new Event() {
            @Override
            public boolean hasHappened(Cancellation cancellation) {
                return test.getAsBoolean();
            }

            @Override
            public String text() {
                return text;
            }
        };
    }
}
