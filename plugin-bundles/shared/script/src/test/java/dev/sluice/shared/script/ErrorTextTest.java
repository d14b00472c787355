package dev.sluice.shared.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTextTest {
    @ParameterizedTest
    @CsvSource({"EPERM, EPERM", "eio, EIO", "Enomem, ENOMEM", "EINVAL, EINVAL", "ENOSPC, ENOSPC", "EOVERFLOW, EOVERFLOW",
        "ESHUTDOWN, ESHUTDOWN", "ENOTSUP, ENOTSUP", "EOPNOTSUPP, ENOTSUP", "EROFS, EROFS", "EDQUOT, EDQUOT", "EFBIG, EFBIG",
        "ENOENT, EIO", "EINVALID, EIO", "EINVAL:, EIO"})
    void theFirstWordNamesTheError(String word, NbdError expected) {
        assertEquals(expected, ErrorText.failure("x", 1, word + " text").error());
    }

    @Test
    void onlyTheFirstLineIsTheMessage() {
        assertEquals("pread: a b", ErrorText.failure("pread", 1, "\n  EIO  a\tb\nmore\n").getMessage());
    }

    @Test
    void aWordAloneHasNoMessage() {
        NbdException e = ErrorText.failure("pread", 1, "EPERM\n");
        assertEquals(NbdError.EPERM, e.error());
        assertEquals("pread: it ended with status 1 and wrote no message to standard error", e.getMessage());
    }
}
