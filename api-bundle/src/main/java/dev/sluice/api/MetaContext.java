package dev.sluice.api;

import java.util.Objects;

/**
 * A metadata context (NBD specification, "Metadata querying").
 *
 * @param name namespace, colon, leaf; at most 4096 bytes of UTF-8
 */
public record MetaContext(String name) {
    /** Which bytes are allocated: bit 0 is a hole, bit 1 reads as zero. */
    public static final MetaContext BASE_ALLOCATION = new MetaContext("base:allocation");
    /** Status bit of base:allocation. */
    public static final int HOLE = 1;
    /** Status bit of base:allocation. */
    public static final int ZERO = 2;

    /**
     * Checks the shape of the name.
     *
     * @throws IllegalArgumentException if there is no namespace or no leaf
     */
    public MetaContext {
        Objects.requireNonNull(name);
        int colon = name.indexOf(':');
        if (colon <= 0 || colon == name.length() - 1) {
            throw new IllegalArgumentException("a metadata context is named NAMESPACE:LEAF, not '" + name + "'");
        }
    }
}
