package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class ConfigDirectoryTest {
    private static final String DISK = "dev.sluice.export~disk";

    @TempDir
    private Path root;
    private final Map<String, Dictionary<String, Object>> configurations = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private ConfigDirectory directory;
    private int sharedKeys;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectory(root.resolve("etc"));
        directory = new ConfigDirectory(root, admin(), problems::add, () -> sharedKeys++);
    }

    private ConfigurationAdmin admin() {
        return (ConfigurationAdmin) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ConfigurationAdmin.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getConfiguration" -> configuration((String) arguments[0]);
                    case "getFactoryConfiguration" -> configuration(arguments[0] + "~" + arguments[1]);
                    default -> {
                        String pid = ((String) arguments[0]).replaceAll(".*service.pid=(.*)\\)", "$1");
                        yield configurations.containsKey(pid) ? new Configuration[] {configuration(pid)} : null;
                    }
                });
    }

    @SuppressWarnings("unchecked")
    private Configuration configuration(String pid) {
        return (Configuration) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Configuration.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "update" -> configurations.put(pid, (Dictionary<String, Object>) arguments[0]);
                    case "delete" -> configurations.remove(pid);
                    case "getProperties" -> configurations.get(pid);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(root.resolve("etc").resolve(name), text);
    }

    private void lookUntilItStands() {
        directory.look(false);
        directory.look(false);
    }

    @Test
    void whatSharedKeysTakeIsStartedBeforeAListenerThatHasThem() throws IOException {
        write(DISK + ".json", "{\"layers\": [\"memory 1G\"]}");
        directory.look(true);
        assertEquals(0, sharedKeys);
        write("dev.sluice.listener~l.json", "{\"address\": \"tcp::10809\", \"tls\": \"require\", \"tls-psk\": \"/keys\"}");
        lookUntilItStands();
        assertEquals(1, sharedKeys);
        assertTrue(configurations.containsKey("dev.sluice.listener~l"), problems.toString());
    }

    @Test
    void filesBecomeConfigurationsAndGoWithThem() throws IOException {
        write(DISK + ".json", "{\"layers\": [\"memory 1G\"]}");
        directory.look(true);
        assertEquals("disk", configurations.get(DISK).get("name"));
        write(DISK + ".json", "{\"layers\": [\"log\", \"memory 1G\"]}");
        lookUntilItStands();
        assertEquals(2, ((String[]) configurations.get(DISK).get("layers")).length);
        Files.delete(root.resolve("etc").resolve(DISK + ".json"));
        lookUntilItStands();
        assertTrue(configurations.isEmpty());
        assertEquals(List.of(), problems);
    }

    @Test
    void aBadFileIsOneLineAndChangesNothing() throws IOException {
        write(DISK + ".json", "{\"layers\": [\"memory 1G\"]}");
        directory.look(true);
        Dictionary<String, Object> before = configurations.get(DISK);
        write(DISK + ".json", "{\"layers\": [\"memory 2G\"");
        lookUntilItStands();
        lookUntilItStands();
        assertEquals(before, configurations.get(DISK));
        assertEquals(List.of("etc/" + DISK + ".json: line 1, column 24: the end is missing"), problems);
    }

    @Test
    void filesOfAnotherKindAreNamed() throws IOException {
        write("dev.sluice.export-disk.cfg", "layers=memory 1G");
        write("a disk.json", "{}");
        write("README", "");
        directory.look(true);
        assertEquals(List.of("etc/a disk.json: the name is no PID; a file for an export is called dev.sluice.export~NAME.json",
                "etc/dev.sluice.export-disk.cfg: not read; a configuration is a file such as dev.sluice.export~NAME.json"), problems);
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Files.write(root.resolve("etc").resolve(DISK + ".json"), new byte[] {'{', (byte) 0xff});
        directory.look(true);
        assertEquals(List.of("etc/" + DISK + ".json: is not UTF-8"), problems);
    }

    @Test
    void whatIsSavedCanBeReadByItsOwnerOnly() throws IOException {
        directory.transientOne(DISK, Map.of("name", "disk", "layers", new String[] {"memory 1G"}));
        assertEquals("etc/" + DISK + ".json", directory.save(DISK));
        Path file = root.resolve("etc").resolve(DISK + ".json");
        assertEquals("{\n  \"name\": \"disk\",\n  \"layers\": [\"memory 1G\"]\n}\n", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Dictionary<String, Object> before = configurations.get(DISK);
        lookUntilItStands();
        assertEquals(before, configurations.get(DISK));
    }

    @Test
    void whatIsDeletedIsNoLongerLookedFor() throws IOException {
        write(DISK + ".json", "{}");
        directory.look(true);
        assertEquals("etc/" + DISK + ".json", directory.delete(DISK));
        assertNull(directory.delete(DISK));
        lookUntilItStands();
        assertEquals(1, configurations.size());
    }

    @Test
    void whatIsNotThereCannotBeSaved() {
        assertThrows(ConfigException.class, () -> directory.save("dev.sluice.export~none"));
    }
}
