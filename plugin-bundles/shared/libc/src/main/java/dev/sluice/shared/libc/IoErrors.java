package dev.sluice.shared.libc;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Map;

/**
 * Which error a client sees when a file operation failed. One place for both ways in which the system reports it: a
 * number from the C library, or a text inside an {@link IOException} from Java.
 */
public final class IoErrors {
    private static final Map<Integer, NbdError> BY_ERRNO = Map.ofEntries(
            Map.entry(1, NbdError.EPERM),
            Map.entry(12, NbdError.ENOMEM),
            Map.entry(13, NbdError.EPERM),
            Map.entry(22, NbdError.EINVAL),
            Map.entry(26, NbdError.EPERM),
            Map.entry(27, NbdError.EFBIG),
            Map.entry(28, NbdError.ENOSPC),
            Map.entry(30, NbdError.EROFS),
            // ENOTTY, ENOSYS and ENODEV: how some drivers and kernels say that they lack the operation.
            Map.entry(19, NbdError.ENOTSUP),
            Map.entry(25, NbdError.ENOTSUP),
            Map.entry(38, NbdError.ENOTSUP),
            Map.entry(75, NbdError.EOVERFLOW),
            Map.entry(95, NbdError.ENOTSUP),
            Map.entry(122, NbdError.EDQUOT));

    private static final Map<String, NbdError> BY_TEXT = Map.of(
            "No space left on device", NbdError.ENOSPC,
            "Disk quota exceeded", NbdError.EDQUOT,
            "File too large", NbdError.EFBIG,
            "Operation not permitted", NbdError.EPERM,
            "Permission denied", NbdError.EPERM,
            "Read-only file system", NbdError.EROFS,
            "Cannot allocate memory", NbdError.ENOMEM);

    private IoErrors() {
    }

    /** The error for a number of Linux; EIO for all that has no meaning in the protocol. */
    public static NbdError ofErrno(int errno) {
        return BY_ERRNO.getOrDefault(errno, NbdError.EIO);
    }

    /**
     * The failure to throw for one of Java's: as it is if it is an {@link NbdException} already, else with the error
     * that its text means and EIO if that is unknown.
     *
     * @param what what failed, to stand before the text: {@code write to /x.img}
     */
    public static NbdException of(IOException e, String what) {
        if (e instanceof NbdException known) {
            return known;
        }
        String text = String.valueOf(e.getMessage());
        NbdError error = e instanceof AccessDeniedException ? NbdError.EPERM : ofText(text);
        return new NbdException(error, what + ": " + text, e);
    }

    private static NbdError ofText(String text) {
        for (Map.Entry<String, NbdError> known : BY_TEXT.entrySet()) {
            if (text.contains(known.getKey())) {
                return known.getValue();
            }
        }
        // Java passes on the system's text in the language of the process; only the C library knows that one. A
        // process that speaks English needs none of it, and EIO is what is left then as well.
        return LibC.find().map(libc -> ofLocalText(libc, text)).orElse(NbdError.EIO);
    }

    private static NbdError ofLocalText(LibC libc, String text) {
        for (Map.Entry<Integer, NbdError> known : BY_ERRNO.entrySet()) {
            if (text.contains(libc.describe(known.getKey()))) {
                return known.getValue();
            }
        }
        return NbdError.EIO;
    }
}
