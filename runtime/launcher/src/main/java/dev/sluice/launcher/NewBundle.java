package dev.sluice.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sluice new}: the skeleton of a plugin or filter, a Maven project of its own. */
final class NewBundle {
    /** Behind {@code sluice}. */
    static final String USAGE = """
            sluice new plugin NAME [--dir DIR] [--package PACKAGE]
            sluice new filter NAME [--dir DIR] [--package PACKAGE]
            Makes a Maven project with a plugin or a filter that works, its tests and a README, in the directory NAME
            unless told otherwise. The package is org.example.NAME without hyphens unless told otherwise.""";

    private static final String WORD = "new";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern PACKAGE = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");
    private static final Pattern API = Pattern.compile("dev\\.sluice\\.api-(\\d.*)\\.jar");
    /** Names of kinds that would be no name of a package. */
    private static final Set<String> KEYWORDS = Set.of("abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class",
            "const", "continue", "default", "do", "double", "else", "enum", "extends", "false", "final", "finally", "float", "for", "goto",
            "if", "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "null", "package", "private",
            "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw", "throws",
            "transient", "true", "try", "void", "volatile", "while");

    private final String kind;
    private final String name;
    private final Path directory;
    private final String packageName;

    private NewBundle(String kind, String name, Path directory, String packageName) {
        this.kind = kind;
        this.name = name;
        this.directory = directory;
        this.packageName = packageName;
    }

    /** Whether the command line asks for a skeleton. */
    static boolean isMeant(List<String> argv) {
        return !argv.isEmpty() && argv.get(0).equals(WORD);
    }

    /**
     * Reads the command line.
     *
     * @param here what a relative path is relative to
     * @throws IOException with one line for the user
     */
    static NewBundle of(List<String> argv, Path here) throws IOException {
        String kind = argv.size() > 1 ? argv.get(1) : "";
        if (!kind.equals("plugin") && !kind.equals("filter")) {
            throw new IOException("new: say what is to be made: new plugin NAME, or new filter NAME");
        }
        String name = argv.size() > 2 ? argv.get(2) : "";
        if (!NAME.matcher(name).matches()) {
            throw new IOException("new " + kind + ": a name is made of small letters, digits and single hyphens, and begins with a letter"
                    + (name.isEmpty() ? "" : ": not '" + name + "'"));
        }
        String plain = name.replace("-", "");
        String packageName = "org.example." + (KEYWORDS.contains(plain) ? plain + "disk" : plain);
        Path directory = here.resolve(name);
        for (int i = 3; i < argv.size(); i++) {
            String word = argv.get(i);
            int equals = word.indexOf('=');
            String option = equals < 0 ? word : word.substring(0, equals);
            if (!option.equals("--dir") && !option.equals("--package") || equals < 0 && i + 1 == argv.size()) {
                throw new IOException("new " + kind + ": '" + word + "' is not understood; sluice new --help says what is");
            }
            String value = equals < 0 ? argv.get(++i) : word.substring(equals + 1);
            if (option.equals("--dir")) {
                directory = here.resolve(value).normalize();
            } else {
                packageName = value;
            }
        }
        boolean legal = PACKAGE.matcher(packageName).matches() && List.of(packageName.split("\\.")).stream().noneMatch(KEYWORDS::contains);
        if (!legal) {
            throw new IOException("new " + kind + ": --package " + packageName + ": not the name of a Java package");
        }
        return new NewBundle(kind, name, directory, packageName);
    }

    /**
     * Writes the files.
     *
     * @param home the distribution, whose API they are built against
     * @return what to do next, for the user
     * @throws IOException with one line for the user
     */
    String write(Path home) throws IOException {
        if (Files.exists(directory) && !isEmpty(directory)) {
            throw new IOException("new " + kind + ": " + directory + " exists already and is not empty");
        }
        String type = kind.equals("plugin") ? "Plugin" : "Filter";
        String className = camelCase() + type;
        String path = packageName.replace('.', '/') + "/" + className;
        Map<String, String> values = new TreeMap<>();
        values.put("NAME", name);
        values.put("KIND", kind);
        values.put("CLASS", className);
        values.put("PACKAGE", packageName);
        values.put("ARTIFACT", packageName);
        values.put("GROUP", packageName.contains(".") ? packageName.substring(0, packageName.lastIndexOf('.')) : packageName);
        values.put("API", apiVersion(home));
        String jar = "./target/" + packageName + "-1.0.0.jar";
        String attempt = kind.equals("plugin") ? jar + " 1M" : "--filter=" + jar + " memory 1M";
        values.put("TRY", attempt);
        file("pom.xml", "pom.xml", values);
        file("README.md", type + "README.md", values);
        file("src/main/java/" + path + ".java", type + ".java", values);
        file("src/test/java/" + path + "Test.java", type + "Test.java", values);
        return "made " + directory + "; next:\n  cd " + directory + "\n  mvn package\n  sluice " + attempt;
    }

    private String camelCase() {
        StringBuilder text = new StringBuilder();
        for (String part : name.split("-")) {
            text.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
        }
        return text.toString();
    }

    private void file(String path, String template, Map<String, String> values) throws IOException {
        String text;
        try (InputStream in = NewBundle.class.getResourceAsStream("skeleton/" + template)) {
            if (in == null) {
                throw new IOException("new: the launcher has no template " + template);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("@" + value.getKey() + "@", value.getValue());
        }
        Path file = directory.resolve(path);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IOException("new: can't write " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            return !files.iterator().hasNext();
        }
    }

    private static String apiVersion(Path home) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(home.resolve("bundles"), "dev.sluice.api-*.jar")) {
            for (Path file : files) {
                Matcher api = API.matcher(file.getFileName().toString());
                if (api.matches()) {
                    return api.group(1);
                }
            }
        }
        throw new IOException("new: there is no API in " + home.resolve("bundles"));
    }
}
