package dev.sluice.daemon;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceRuntime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Between a file in {@code etc/} and a configuration: the PID is the name of the file, what the file leaves out comes
 * from there and from the directory of the server.
 */
final class ConfigFile {
    static final String SUFFIX = ".json";
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)(?:~([A-Za-z0-9._%-]+))?\\.json");
    private static final String UNIX = "unix:";
    /** Paths of listeners, relative to the directory of the server. */
    private static final List<String> PATHS = List.of("tls-certificates", "tls-psk");
    /** What need not stand in a file. */
    private static final Map<String, Object> DEFAULTS = Map.of("enabled", true, "read-only", false, "drain", "10s", "hold", "60s");

    private ConfigFile() {
    }

    /**
     * The PID that a file's name stands for.
     *
     * @throws ConfigException it stands for none
     */
    static String pid(String fileName) {
        if (!NAME.matcher(fileName).matches()) {
            throw new ConfigException("the name is no PID; a file for an export is called " + SluiceRuntime.EXPORT_PID + "~NAME" + SUFFIX);
        }
        return fileName.substring(0, fileName.length() - SUFFIX.length());
    }

    /** The factory PID; the PID itself of a configuration that is the only one of its kind. */
    static String factory(String pid) {
        int at = pid.indexOf('~');
        return at < 0 ? pid : pid.substring(0, at);
    }

    /** What makes the PID of a factory configuration differ from others; empty if it is none. */
    static String instance(String pid) {
        int at = pid.indexOf('~');
        return at < 0 ? "" : pid.substring(at + 1);
    }

    /** The properties of a configuration from the content of its file. */
    static Map<String, Object> read(String pid, String content, Path directory) {
        Map<String, Object> properties = Json.parse(content);
        properties.keySet().stream().filter(k -> k.isEmpty() || k.indexOf(':') >= 0).findFirst().ifPresent(k -> {
            throw new ConfigException("the key \"" + k + "\" must be a plain name");
        });
        String factory = factory(pid);
        boolean export = factory.equals(SluiceRuntime.EXPORT_PID);
        if (!export && !factory.equals(SluiceRuntime.LISTENER_PID)) {
            return properties;
        }
        if (!properties.containsKey("name")) {
            properties.put("name", decoded(instance(pid)));
        }
        if (export) {
            Object given = properties.get("directory");
            properties.put("directory", given == null ? directory.toString() : directory.resolve(given.toString()).normalize().toString());
        } else if (properties.get("address") instanceof String address && address.startsWith(UNIX)) {
            properties.put("address", UNIX + directory.resolve(address.substring(UNIX.length())).normalize());
        }
        for (String key : PATHS) {
            if (!export && properties.get(key) instanceof String path) {
                properties.put(key, directory.resolve(path).normalize().toString());
            }
        }
        return properties;
    }

    private static String decoded(String instance) {
        Matcher bad = Pattern.compile("%(?![0-9A-Fa-f]{2})").matcher(instance);
        return URLDecoder.decode(bad.replaceAll("").replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The content of a file for these properties: what they must say, in a fixed order. */
    static String write(String pid, Map<String, Object> properties, Path directory) {
        boolean export = factory(pid).equals(SluiceRuntime.EXPORT_PID);
        Map<String, Object> written = new LinkedHashMap<>();
        for (String key : new String[] {"name", "layers", "address", "enabled", "read-only", "drain", "hold", "directory"}) {
            if (properties.containsKey(key)) {
                written.put(key, properties.get(key));
            }
        }
        new TreeMap<>(properties).forEach(written::putIfAbsent);
        written.keySet().removeIf(k -> k.startsWith("service.") || k.startsWith("felix."));
        if (export) {
            DEFAULTS.forEach(written::remove);
            written.remove("directory", directory.toString());
        }
        return Json.write(written);
    }
}
