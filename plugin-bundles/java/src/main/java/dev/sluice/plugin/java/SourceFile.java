package dev.sluice.plugin.java;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** One source file, compiled in memory against the JDK and the API. */
final class SourceFile {
    private static final System.Logger LOG = System.getLogger("dev.sluice.plugin.java");
    private static final int MAX_SOURCE = 4 << 20;
    private static final int MAX_SHOWN = 10;

    private final Path file;
    private final Map<String, byte[]> classes;

    private SourceFile(Path file, Map<String, byte[]> classes) {
        this.file = file;
        this.classes = classes;
    }

    /**
     * Compiles.
     *
     * @throws ConfigException names the file, and for an error in it the line; further errors are in the log
     */
    static SourceFile compile(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new ConfigException("a JDK is needed to compile " + file.getFileName() + ", and " + System.getProperty("java.home")
                    + " is only a Java runtime; start Sluice with JAVA_HOME set to a JDK");
        }
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        StringWriter other = new StringWriter();
        try (ApiFileManager files = new ApiFileManager(compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8))) {
            JavaCompiler.CompilationTask task = compiler.getTask(other, files, found, List.of("-proc:none", "-Xlint:none", "-g"), null,
                    List.of(new Text(file, read(file))));
            if (!task.call()) {
                throw wrong(file, found.getDiagnostics(), other.toString());
            }
            return new SourceFile(file, files.classes());
        } catch (IOException e) {
            throw new ConfigException("source=" + file + " can't be compiled: " + Failures.reason(e), e);
        }
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_SOURCE) {
                throw new ConfigException("source=" + file + " is larger than " + MAX_SOURCE + " bytes: no source file of a plugin");
            }
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw new ConfigException("source=" + file + " can't be read: it is no UTF-8 text", e);
        } catch (IOException e) {
            throw new ConfigException("source=" + file + " can't be read: " + Failures.reason(e), e);
        }
    }

    private static ConfigException wrong(Path file, List<Diagnostic<? extends JavaFileObject>> all, String other) {
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> d : all) {
            if (d.getKind() == Diagnostic.Kind.ERROR) {
                String place = d.getLineNumber() == Diagnostic.NOPOS ? "" : ":" + d.getLineNumber();
                errors.add(file.getFileName() + place + ": " + d.getMessage(Locale.ROOT).strip().replaceAll("\\s+", " "));
            }
        }
        if (errors.isEmpty()) {
            return new ConfigException(file.getFileName() + " can't be compiled: " + other.strip().replaceAll("\\s+", " "));
        }
        for (String error : errors.subList(1, Math.min(errors.size(), MAX_SHOWN))) {
            LOG.log(System.Logger.Level.ERROR, error);
        }
        int more = errors.size() - 1;
        return new ConfigException(errors.get(0) + (more == 0 ? "" : " (and " + more + (more == 1 ? " more error)" : " more errors)")));
    }

    /**
     * The class that is the plugin, in a loader of its own.
     *
     * @throws ConfigException there is none, or more than one
     */
    Class<?> pluginClass() {
        ClassLoader loader = new SourceLoader(classes);
        List<Class<?>> plugins = new ArrayList<>();
        List<Class<?>> devices = new ArrayList<>();
        for (String name : classes.keySet()) {
            if (name.indexOf('$') >= 0) {
                continue;
            }
            Class<?> type = load(loader, name);
            if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
                continue;
            }
            if (NbdPlugin.class.isAssignableFrom(type)) {
                plugins.add(type);
            } else if (NbdDevice.class.isAssignableFrom(type)) {
                devices.add(type);
            }
        }
        return chosen(plugins.isEmpty() ? devices : plugins);
    }

    private Class<?> load(ClassLoader loader, String name) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ConfigException(file.getFileName() + ": class " + name + " can't be loaded: " + e, e);
        }
    }

    /** The only one, or the one with the name of the file. */
    private Class<?> chosen(List<Class<?>> candidates) {
        if (candidates.isEmpty()) {
            throw new ConfigException(file.getFileName() + ": there is no class that implements dev.sluice.api.NbdPlugin or NbdDevice");
        }
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        String expected = file.getFileName().toString().replaceFirst("\\.java$", "");
        return candidates.stream().filter(c -> c.getSimpleName().equals(expected)).findFirst().orElseThrow(() -> new ConfigException(
                file.getFileName() + ": " + candidates.stream().map(Class::getName).sorted().toList()
                        + " could all be the plugin; one must have the name " + expected));
    }

    /** The source as the compiler wants it; its name fits every public class, so that the file may have any name. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(Path file, String text) {
            super(URI.create("source:///" + file.toUri().getRawPath().replaceFirst(".*/", "")), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }
}
