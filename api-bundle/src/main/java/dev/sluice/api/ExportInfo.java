package dev.sluice.api;

import java.util.Objects;

/**
 * An export as shown in a list.
 *
 * @param name at most 4096 bytes of UTF-8, no NUL
 * @param description for people; empty for none
 */
public record ExportInfo(String name, String description) {
    /** Neither may be null. */
    public ExportInfo {
        Objects.requireNonNull(name);
        Objects.requireNonNull(description);
    }
}
