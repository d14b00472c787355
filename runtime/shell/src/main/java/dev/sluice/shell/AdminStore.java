package dev.sluice.shell;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import dev.sluice.api.runtime.SluiceRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import java.util.function.BiFunction;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Saves into Configuration Admin, and into the files of a server's directory where there is one. That directory is a
 * service of a JDK type with the property {@code dev.sluice.directory=true}, because nothing but the API is shared:
 *
 * <pre>
 * word        value            answer
 * directory   -                String: its path
 * save        String: PID      String: the file that now has this configuration
 * delete      String: PID      String: the file that was deleted, or null if there was none
 * incoming    String: location String: a copy of that bundle, to be kept or discarded
 * keep        String: copy     String: the file in bundles/ that it has become
 * discard     String: copy     null
 * </pre>
 */
final class AdminStore implements Store {
    /** Any bundle may get it: the core is not named here. */
    private static final String ANY_LOCATION = "?";

    private final ConfigurationAdmin admin;
    private final BiFunction<String, Object, Object> directory;

    /** For this one. @param directory null where there is none */
    AdminStore(ConfigurationAdmin admin, BiFunction<String, Object, Object> directory) {
        this.admin = admin;
        this.directory = directory;
    }

    @Override
    public String save(ExportDefinition definition, boolean enabled) {
        try {
            Optional<Configuration> old = find(definition.name());
            Configuration configuration = old.isPresent() ? old.get()
                    : admin.getFactoryConfiguration(SluiceRuntime.EXPORT_PID, suffix(definition.name()), ANY_LOCATION);
            configuration.update(properties(definition, enabled, configuration.getProperties()));
            String pid = configuration.getPid();
            return directory == null ? "configuration " + pid : (String) directory.apply("save", pid);
        } catch (IOException e) {
            throw new ConfigException("configuration of export '" + definition.name() + "': " + e.getMessage(), e);
        }
    }

    private Dictionary<String, Object> properties(ExportDefinition d, boolean enabled, Dictionary<String, Object> old) {
        Dictionary<String, Object> properties = old == null ? new Hashtable<>() : old;
        properties.put("name", d.name());
        properties.put("layers", d.layers().toArray(new String[0]));
        properties.put("read-only", d.readOnly());
        properties.put("enabled", enabled);
        properties.put("drain", Units.delay(d.drain()));
        properties.put("hold", Units.delay(d.hold()));
        properties.put("directory", d.directory());
        return properties;
    }

    @Override
    public Optional<String> forget(String export) {
        try {
            Optional<Configuration> found = find(export);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            String pid = found.get().getPid();
            Object file = directory == null ? null : directory.apply("delete", pid);
            found.get().delete();
            return Optional.of(file == null ? "configuration " + pid : (String) file);
        } catch (IOException e) {
            throw new ConfigException("configuration of export '" + export + "': " + e.getMessage(), e);
        }
    }

    @Override
    public String directory() {
        return directory == null ? "" : (String) directory.apply("directory", null);
    }

    @Override
    public Incoming incoming(String location) {
        if (directory == null) {
            throw new ConfigException("--save: there is no bundles/ here, which only './sluice server' has; say it without --save, and "
                    + "have your container keep the bundle");
        }
        String copy = (String) directory.apply("incoming", location);
        return new Incoming() {
            @Override
            public String location() {
                return copy;
            }

            @Override
            public String keep() {
                return (String) directory.apply("keep", copy);
            }

            @Override
            public void discard() {
                directory.apply("discard", copy);
            }
        };
    }

    /** The configuration that has this export, whatever its PID. */
    private Optional<Configuration> find(String export) throws IOException {
        try {
            Configuration[] found = admin.listConfigurations(
                    "(&(service.factoryPid=" + SluiceRuntime.EXPORT_PID + ")(name=" + escaped(export) + "))");
            return found == null ? Optional.empty() : Optional.of(found[0]);
        } catch (InvalidSyntaxException e) {
            throw new ConfigException("export '" + export + "' can't be looked up: " + e.getMessage(), e);
        }
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("*", "\\*").replace("(", "\\(").replace(")", "\\)");
    }

    /** An export's name as part of a PID and of a file name. */
    static String suffix(String name) {
        StringBuilder s = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "-_.".indexOf(b) >= 0) && !(s.length() == 0 && b == '.');
            s.append(plain ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
        }
        return s.length() == 0 ? "%" : s.toString();
    }
}
