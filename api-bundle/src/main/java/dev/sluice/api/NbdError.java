package dev.sluice.api;

import java.util.Locale;
import java.util.Optional;

/**
 * The errors that can stand on the wire (NBD specification, "Error values"), and a few that layers may use and that
 * the core narrows as nbdkit does.
 */
public enum NbdError {
    /** Operation not permitted. */
    EPERM(1),
    /** Input or output error. */
    EIO(5),
    /** Out of memory. */
    ENOMEM(12),
    /** Invalid argument. */
    EINVAL(22),
    /** No space left. */
    ENOSPC(28),
    /** Value too large; reaches a client only for a read with the DF flag, otherwise it becomes EINVAL. */
    EOVERFLOW(75),
    /** Not supported; reaches a client only for a fast zero, otherwise it becomes EINVAL. */
    ENOTSUP(95),
    /** The server or export is going away. */
    ESHUTDOWN(108),
    /** Read-only; EPERM on the wire. */
    EROFS(1),
    /** Quota exceeded; ENOSPC on the wire. */
    EDQUOT(28),
    /** File too large; ENOSPC on the wire. */
    EFBIG(28);

    private final int code;

    NbdError(int code) {
        this.code = code;
    }

    /** The value on the wire. */
    public int code() {
        return code;
    }

    /** The error with this name, in any case; {@code EOPNOTSUPP} is the same as ENOTSUP. */
    public static Optional<NbdError> byName(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (upper.equals("EOPNOTSUPP")) {
            return Optional.of(ENOTSUP);
        }
        for (NbdError e : values()) {
            if (e.name().equals(upper)) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }
}
