package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNamesTest {
    @TempDir
    private Path directory;

    private ServiceNames names() throws Exception {
        Path file = directory.resolve("services");
        Files.writeString(file, "# comment\nnbd\t10809/tcp  disk net-block # Network Block Device\nnbd 9/udp\nsyslog 514/udp\n");
        return new ServiceNames(file);
    }

    @Test
    void numbersAndNamesAndOtherNamesArePorts() throws Exception {
        assertEquals(0, names().port("0"));
        assertEquals(65535, names().port("65535"));
        assertEquals(10809, names().port("nbd"));
        assertEquals(10809, names().port("net-block"));
    }

    @Test
    void otherThingsAreRefusedByName() throws Exception {
        assertEquals("error: -p 65536: a port lies between 0 and 65535",
                assertThrows(UsageException.class, () -> names().port("65536")).getMessage());
        for (String wrong : new String[] {"syslog", "", "-1", "9999999999", "Network"}) {
            UsageException e = assertThrows(UsageException.class, () -> names().port(wrong));
            assertEquals("error: -p \"" + wrong + "\": neither a port nor the name of a TCP service in " + directory.resolve("services"),
                    e.getMessage());
        }
    }

    @Test
    void aSystemWithoutTheFileHasNoNames() {
        ServiceNames names = new ServiceNames(directory.resolve("none"));
        assertThrows(UsageException.class, () -> names.port("nbd"));
    }
}
