package dev.sluice.filter.blocksizepolicy;

import java.util.Locale;

/** What happens to requests that break the block sizes. */
enum ErrorPolicy {
    /** They pass. */
    ALLOW,
    /** They fail; the rest of the disk behind its last whole block can be used. */
    ERROR,
    /** They fail. */
    STRICT_ERROR;

    /** By the operator's word. */
    static ErrorPolicy of(String word) {
        return valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
