package dev.sluice.shared.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

class IoErrorsTest {
    @Test
    void aFullDiskIsEnospc() {
        NbdException e = IoErrors.of(new IOException("No space left on device"), "write to /x");
        assertEquals(NbdError.ENOSPC, e.error());
        assertEquals("write to /x: No space left on device", e.getMessage());
    }

    @Test
    void aDeniedAccessIsEperm() {
        assertEquals(NbdError.EPERM, IoErrors.of(new AccessDeniedException("/x"), "open").error());
    }

    @Test
    void anUnknownTextIsEio() {
        assertEquals(NbdError.EIO, IoErrors.of(new IOException("the cable is loose"), "read").error());
        assertEquals(NbdError.EIO, IoErrors.of(new IOException(), "read").error());
    }

    @Test
    void whatIsAnNbdExceptionStaysIt() {
        NbdException e = new NbdException(NbdError.ESHUTDOWN, "later");
        assertSame(e, IoErrors.of(e, "read"));
    }

    @Test
    void numbersOfLinuxAreKnown() {
        assertEquals(NbdError.ENOSPC, IoErrors.ofErrno(28));
        assertEquals(NbdError.ENOTSUP, IoErrors.ofErrno(95));
        assertEquals(NbdError.EFBIG, IoErrors.ofErrno(27));
        assertEquals(NbdError.EIO, IoErrors.ofErrno(5));
        assertEquals(NbdError.EIO, IoErrors.ofErrno(9999));
    }
}
