package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * {@code etc/}: a JSON file for each configuration, read at the start and whenever it changes. A file that can't be used
 * is reported in one line and leaves the configuration as it was. Safe for use by several threads.
 */
final class ConfigDirectory {
    /** Any bundle may get it: the core is not named here. */
    private static final String ANY_LOCATION = "?";

    private final Path root;
    private final Path etc;
    private final ConfigurationAdmin admin;
    private final Consumer<String> problems;
    private final Runnable sharedKeys;
    private final Watched files;
    private final Watched others;

    /**
     * Watches a directory.
     *
     * @param root of the server
     * @param problems takes lines for the operator
     * @param sharedKeys called before the first configuration that has shared keys for TLS: few servers need what that takes
     */
    ConfigDirectory(Path root, ConfigurationAdmin admin, Consumer<String> problems, Runnable sharedKeys) {
        this.sharedKeys = sharedKeys;
        this.root = root;
        this.etc = root.resolve("etc");
        this.admin = admin;
        this.problems = problems;
        this.files = new Watched(etc, ConfigFile.SUFFIX);
        this.others = new Watched(etc, "");
    }

    /** Takes over what has changed. @param first the first time, before anything is served */
    synchronized void look(boolean first) {
        try {
            Watched.Changes changes = files.look(first);
            changes.gone().forEach(this::remove);
            changes.present().forEach(this::apply);
            for (String name : others.look(first).present()) {
                if (name.endsWith(".cfg") || name.endsWith(".config")) {
                    problems.accept("etc/" + name + ": not read; a configuration is a file such as dev.sluice.export~NAME.json");
                }
            }
        } catch (IOException e) {
            problems.accept("etc: can't be read: " + e.getMessage());
        }
    }

    private void apply(String name) {
        try {
            String pid = ConfigFile.pid(name);
            Map<String, Object> properties = ConfigFile.read(pid, Files.readString(etc.resolve(name)), root);
            if (properties.containsKey("tls-psk")) {
                sharedKeys.run();
            }
            configuration(pid).update(new Hashtable<>(properties));
        } catch (CharacterCodingException e) {
            problems.accept("etc/" + name + ": is not UTF-8");
        } catch (ConfigException | IOException e) {
            problems.accept("etc/" + name + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            problems.accept("etc/" + name + ": " + e.getCause().getMessage());
        }
    }

    private void remove(String name) {
        try {
            Configuration old = find(ConfigFile.pid(name));
            if (old != null) {
                old.delete();
            }
        } catch (ConfigException e) {
            // it never was a configuration, and that was reported when it came
            return;
        } catch (IOException e) {
            problems.accept("etc/" + name + ": its configuration can't be deleted: " + e.getMessage());
        }
    }

    /** Whether this configuration is there. */
    synchronized boolean has(String pid) {
        try {
            return find(pid) != null;
        } catch (IOException e) {
            problems.accept(pid + ": " + e.getMessage());
            return false;
        }
    }

    /** Whether a configuration of this factory is there. */
    synchronized boolean hasAny(String factory) throws IOException {
        return list("(service.factoryPid=" + factory + ")") != null;
    }

    /**
     * Writes a configuration to its file.
     *
     * @return the file, relative to the server's directory
     * @throws ConfigException there is no such configuration, or it can't be written
     */
    synchronized String save(String pid) {
        String name = pid + ConfigFile.SUFFIX;
        try {
            Configuration configuration = find(pid);
            if (configuration == null) {
                throw new ConfigException("there is no configuration " + pid);
            }
            ConfigFile.pid(name);
            Replacing.write(etc.resolve(name), ConfigFile.write(pid, map(configuration.getProperties()), root));
            files.accept(name);
            return "etc/" + name;
        } catch (IOException e) {
            throw new ConfigException("etc/" + name + ": can't be written: " + e.getMessage(), e);
        }
    }

    /**
     * Deletes the file of a configuration; the caller deletes the configuration.
     *
     * @return the file, relative to the server's directory; null if there was none
     */
    synchronized String delete(String pid) {
        String name = pid + ConfigFile.SUFFIX;
        try {
            boolean deleted = Files.deleteIfExists(etc.resolve(name));
            files.accept(name);
            return deleted ? "etc/" + name : null;
        } catch (IOException e) {
            throw new ConfigException("etc/" + name + ": can't be deleted: " + e.getMessage(), e);
        }
    }

    /** Makes a configuration that has no file. */
    synchronized Configuration transientOne(String pid, Map<String, Object> properties) throws IOException {
        Configuration configuration = configuration(pid);
        configuration.update(new Hashtable<>(properties));
        return configuration;
    }

    private Configuration configuration(String pid) throws IOException {
        String instance = ConfigFile.instance(pid);
        return instance.isEmpty() ? admin.getConfiguration(pid, ANY_LOCATION)
                : admin.getFactoryConfiguration(ConfigFile.factory(pid), instance, ANY_LOCATION);
    }

    private Configuration find(String pid) throws IOException {
        Configuration[] found = list("(service.pid=" + pid + ")");
        return found == null ? null : found[0];
    }

    private Configuration[] list(String filter) throws IOException {
        try {
            return admin.listConfigurations(filter);
        } catch (InvalidSyntaxException e) {
            throw new IOException(filter, e);
        }
    }

    private static Map<String, Object> map(Dictionary<String, Object> properties) {
        Map<String, Object> map = new LinkedHashMap<>();
        Collections.list(properties.keys()).forEach(k -> map.put(k, properties.get(k)));
        return map;
    }
}
