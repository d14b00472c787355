package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console = new Console(new PrintStream(OutputStream.nullOutputStream()), new PrintStream(err), "sluice");
    private final System.Logger log = new ConsoleLoggerFinder.ConsoleLogger("dev.sluice.core.x", console);

    @Test
    void aWarningIsOneLineWithoutItsStackTrace() {
        log.log(System.Logger.Level.WARNING, "the file is gone", new IllegalStateException("deleted"));
        assertEquals("sluice: warning: the file is gone: deleted\n", err.toString());
    }

    @Test
    void theReasonIsNotSaidTwice() {
        log.log(System.Logger.Level.WARNING, "closing: deleted", new IllegalStateException("deleted"));
        assertEquals("sluice: warning: closing: deleted\n", err.toString());
    }

    @Test
    void stackTracesAndDebugMessagesAreForTheVerbose() {
        log.log(System.Logger.Level.DEBUG, "unseen");
        assertEquals("", err.toString());
        console.verbose(true);
        log.log(System.Logger.Level.DEBUG, "{0} of {1}", 1, 2);
        log.log(System.Logger.Level.ERROR, "why", new IllegalStateException("because"));
        assertTrue(err.toString().startsWith("sluice: debug: 1 of 2\nsluice: error: why: because\njava.lang.IllegalStateException"));
    }

    @Test
    void untilTheServerServesItsErrorsAreToldByTheCommandLine() {
        log.log(System.Logger.Level.ERROR, "listener: address in use");
        assertEquals("", err.toString());
        console.nowServing();
        log.log(System.Logger.Level.ERROR, "client: broken");
        assertEquals("sluice: error: client: broken\n", err.toString());
    }

    @Test
    void errorsAndWarningsGoWhereTheyAreSentAndDebugMessagesDoNot() {
        List<String> sink = new ArrayList<>();
        console.verbose(true);
        console.errorsTo(sink::add);
        log.log(System.Logger.Level.WARNING, "late");
        console.error("sluice: error: later");
        log.log(System.Logger.Level.DEBUG, "detail");
        assertEquals(List.of("sluice: warning: late", "sluice: error: later"), sink);
        assertEquals("sluice: debug: detail\n", err.toString());
        console.errorsTo(null);
        console.error("back");
        assertEquals("sluice: debug: detail\nback\n", err.toString());
    }

    @Test
    void theJdkIsQuietBelowWarnings() {
        console.verbose(true);
        System.Logger jdk = new ConsoleLoggerFinder.ConsoleLogger("jdk.event.security", console);
        assertFalse(jdk.isLoggable(System.Logger.Level.INFO));
        assertTrue(jdk.isLoggable(System.Logger.Level.WARNING));
    }

    @Test
    void aStreamIsCutIntoLinesOfBoundedLength() {
        List<String> lines = new ArrayList<>();
        PrintStream stream = new PrintStream(new LineStream(lines::add), true);
        stream.print("one\r\ntw");
        stream.print("o\n" + "x".repeat(8193) + "\n");
        assertEquals(List.of("one", "two", "x".repeat(8192), "x"), lines);
    }

    @Test
    void aReaderThatIsGoneIsNoticed() {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws java.io.IOException {
                throw new java.io.IOException("Broken pipe");
            }
        };
        assertFalse(new Console(new PrintStream(gone), new PrintStream(err), "sluice").out("ready"));
    }
}
