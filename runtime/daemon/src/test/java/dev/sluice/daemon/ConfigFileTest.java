package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigFileTest {
    private static final Path DIR = Path.of("/srv/disks");

    @Test
    void theNameOfAFileIsItsPid() {
        assertEquals("dev.sluice.export~disk-1", ConfigFile.pid("dev.sluice.export~disk-1.json"));
        assertEquals("dev.sluice.core", ConfigFile.pid("dev.sluice.core.json"));
        assertEquals("the name is no PID; a file for an export is called dev.sluice.export~NAME.json",
                assertThrows(ConfigException.class, () -> ConfigFile.pid("my disk.json")).getMessage());
    }

    @Test
    void anExportIsNamedAfterItsFileAndLivesInTheDirectory() {
        Map<String, Object> p = ConfigFile.read("dev.sluice.export~a%2Fb", "{\"layers\": [\"memory 1G\"]}", DIR);
        assertEquals("a/b", p.get("name"));
        assertEquals("/srv/disks", p.get("directory"));
        assertEquals("/srv/disks/x", ConfigFile.read("dev.sluice.export~a", "{\"directory\": \"x\"}", DIR).get("directory"));
        assertEquals("", ConfigFile.read("dev.sluice.export~%", "{}", DIR).get("name"));
    }

    @Test
    void socketsAreRelativeToTheDirectory() {
        assertEquals("unix:/srv/disks/a.sock",
                ConfigFile.read("dev.sluice.listener~a", "{\"address\": \"unix:a.sock\"}", DIR).get("address"));
        assertEquals("tcp::1", ConfigFile.read("dev.sluice.listener~a", "{\"address\": \"tcp::1\"}", DIR).get("address"));
    }

    @Test
    void otherConfigurationsStayAsTheyAre() {
        assertEquals(Map.of("max-threads", 100L), ConfigFile.read("dev.sluice.core", "{\"max-threads\": 100}", DIR));
    }

    @Test
    void typedKeysAreRefused() {
        assertThrows(ConfigException.class, () -> ConfigFile.read("dev.sluice.export~a", "{\"layers:String[]\": \"memory 1G\"}", DIR));
    }

    @Test
    void aFileSaysWhatItMustAndNoMore() {
        Map<String, Object> p = Map.of("name", "disk", "layers", new String[] {"log", "memory 1G"}, "enabled", true, "read-only", true,
                "drain", "10s", "hold", "5s", "directory", "/srv/disks", "service.pid", "x", "tls", "require");
        assertEquals("""
                {
                  "name": "disk",
                  "layers": ["log", "memory 1G"],
                  "read-only": true,
                  "hold": "5s",
                  "tls": "require"
                }
                """, ConfigFile.write("dev.sluice.export~disk", p, DIR));
    }
}
