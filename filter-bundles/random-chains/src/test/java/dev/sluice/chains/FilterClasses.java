package dev.sluice.chains;

import dev.sluice.api.FilterName;
import dev.sluice.api.NbdLayer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The filters on the class path, found by their component descriptions, as the framework finds them. */
final class FilterClasses {
    private static final String FOLDER = "OSGI-INF/";
    private static final String PREFIX = FOLDER + "dev.sluice.filter.";
    private static final Pattern NAME = Pattern.compile("(?s).*<property name=\"" + FilterName.PROPERTY + "\"[^>]* value=\"([^\"]*)\".*");

    private FilterClasses() {
    }

    /** The classes by the names of the filters. */
    static Map<String, Class<?>> find() throws IOException, ReflectiveOperationException {
        Map<String, Class<?>> found = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            for (String resource : descriptions(Path.of(entry))) {
                Matcher name = NAME.matcher(text(resource));
                if (name.matches()) {
                    found.put(name.group(1), Class.forName(resource.substring(FOLDER.length(), resource.length() - ".xml".length())));
                }
            }
        }
        return found;
    }

    private static String text(String resource) throws IOException {
        try (InputStream in = FilterClasses.class.getResourceAsStream("/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> descriptions(Path entry) throws IOException {
        if (Files.isDirectory(entry.resolve(FOLDER))) {
            try (Stream<Path> all = Files.list(entry.resolve(FOLDER))) {
                return all.map(p -> FOLDER + p.getFileName()).filter(n -> n.startsWith(PREFIX)).toList();
            }
        }
        if (!entry.toString().endsWith(".jar") || !Files.exists(entry)) {
            return List.of();
        }
        try (JarFile jar = new JarFile(entry.toFile())) {
            return jar.stream().map(ZipEntry::getName).filter(n -> n.startsWith(PREFIX) && n.endsWith(".xml")).toList();
        }
    }

    /** An object as the component runtime makes it; services that it can do without are not there. */
    static NbdLayer create(Class<?> type) {
        try {
            Constructor<?> constructor = Stream.of(type.getConstructors())
                    .min(Comparator.comparingInt(Constructor::getParameterCount)).orElseThrow();
            Object[] arguments = new Object[constructor.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> service = constructor.getParameterTypes()[i];
                boolean own = service.getPackage() != null && service.getPackage().equals(type.getPackage());
                arguments[i] = own ? service.getConstructor().newInstance() : null;
            }
            return (NbdLayer) constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("can't make a " + type.getName(), e);
        }
    }
}
