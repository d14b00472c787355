package dev.sluice.shared.connections;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private static final String NAME = "dev.sluice.test.refusals";

    private final Logger logger = Logger.getLogger(NAME);
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @BeforeEach
    void listen() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(handler);
    }

    @Test
    void theFirstClientsAreNamedAndThenOneInAThousand() {
        RefusalLog log = new RefusalLog(System.getLogger(NAME));
        for (int i = 1; i <= 2500; i++) {
            log.refused("client " + i);
        }
        assertEquals(RefusalLog.FIRST + 2, lines.size());
        assertEquals("client 1", lines.get(0));
        assertEquals("client 20 (20 clients were turned away until now; from the 20th on, each thousandth is logged)", lines.get(19));
        assertEquals("client 2000 (2000 clients were turned away until now; from the 20th on, each thousandth is logged)", lines.get(21));
    }
}
