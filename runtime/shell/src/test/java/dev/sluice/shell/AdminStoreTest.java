package dev.sluice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class AdminStoreTest {
    private final List<String> calls = new ArrayList<>();
    private Dictionary<String, Object> properties;
    private boolean there;

    private final Configuration configuration = (Configuration) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {Configuration.class}, (self, method, arguments) -> switch (method.getName()) {
                case "getPid" -> "dev.sluice.export~disk";
                case "getProperties" -> properties;
                case "update" -> {
                    properties = cast(arguments[0]);
                    yield null;
                }
                case "delete" -> calls.add("deleted");
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private final ConfigurationAdmin admin = (ConfigurationAdmin) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] {ConfigurationAdmin.class}, (self, method, arguments) -> {
                calls.add(method.getName() + " " + arguments[method.getName().startsWith("list") ? 0 : 1]);
                return method.getName().startsWith("list") ? there ? new Configuration[] {configuration} : null : configuration;
            });

    @SuppressWarnings("unchecked")
    private static Dictionary<String, Object> cast(Object properties) {
        return (Dictionary<String, Object>) properties;
    }

    @Test
    void aNewExportGetsAConfigurationOfItsName() {
        assertEquals("configuration dev.sluice.export~disk",
                new AdminStore(admin, null).save(ExportDefinition.of("disk", List.of("log", "memory 1G")), true));
        assertEquals(List.of("listConfigurations (&(service.factoryPid=dev.sluice.export)(name=disk))", "getFactoryConfiguration disk"),
                calls);
        assertEquals("10s", properties.get("drain"));
        assertEquals(List.of("log", "memory 1G"), List.of((String[]) properties.get("layers")));
    }

    @Test
    void whatAConfigurationHasBesidesStays() {
        there = true;
        properties = new Hashtable<>();
        properties.put("tls", "require");
        new AdminStore(admin, null).save(ExportDefinition.of("disk", List.of("memory 1G")), false);
        assertEquals("require", properties.get("tls"));
        assertEquals(false, properties.get("enabled"));
    }

    @Test
    void aDirectoryWritesTheFile() {
        assertEquals("etc/x.json", new AdminStore(admin, (word, value) -> {
            calls.add(word + " " + value);
            return "etc/x.json";
        }).save(ExportDefinition.of("disk", List.of("memory 1G")), true));
        assertEquals("save dev.sluice.export~disk", calls.get(2));
    }

    @Test
    void anExportWithoutConfigurationIsNotForgotten() {
        assertEquals(Optional.empty(), new AdminStore(admin, null).forget("disk"));
        there = true;
        assertEquals(Optional.of("configuration dev.sluice.export~disk"), new AdminStore(admin, null).forget("disk"));
        assertEquals("deleted", calls.get(2));
    }

    @Test
    void aBundleIsKeptOnlyInADirectory() {
        assertThrows(ConfigException.class, () -> new AdminStore(admin, null).incoming("x.jar"));
    }

    @Test
    void everyNameBecomesAFileName() {
        assertEquals("disk-1_a.b", AdminStore.suffix("disk-1_a.b"));
        assertEquals("%2A", AdminStore.suffix("*"));
        assertEquals("a%2Fb%20%C3%A4", AdminStore.suffix("a/b ä"));
        assertEquals("%", AdminStore.suffix(""));
        assertEquals("%2E.", AdminStore.suffix(".."));
    }

    @Test
    void namesAreEscapedInFilters() {
        new AdminStore(admin, null).forget("a*(b)\\");
        assertEquals("listConfigurations (&(service.factoryPid=dev.sluice.export)(name=a\\*\\(b\\)\\\\))", calls.get(0));
    }
}
