package dev.sluice.shared.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Cannot run program \"/x (1)\" (in directory \"/y\"): error=2, No such file or directory|No such file or directory",
        "Cannot run program \"/x\" (in directory \"/y\"): Exec failed, error: 13 (Permission denied) |Permission denied",
        "something else|something else"})
    void theReasonIsFoundInTheTextOfEachJdk(String text, String reason) {
        assertEquals(reason, Caller.reason(new IOException(text)));
    }
}
