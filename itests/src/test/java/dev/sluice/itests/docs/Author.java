package dev.sluice.itests.docs;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.w3c.dom.Element;

/**
 * Somebody who has a document, the API's jars and the tools that the document names, and no checkout: writes the
 * document's files into a directory of its own, compiles them, makes a bundle of them and runs their tests.
 */
final class Author {
    private final Path directory;
    private final String artifact;

    private Author(Path directory, String artifact) {
        this.directory = directory;
        this.artifact = artifact;
    }

    /**
     * Writes the files.
     *
     * @param artifact the name of the bundle
     */
    static Author with(Map<String, String> files, String artifact, Path directory) throws Exception {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        return new Author(directory, artifact);
    }

    /** The text of a child of the project in a pom. */
    static String ofPom(String pom, String child) throws Exception {
        Element project = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(pom.getBytes(java.nio.charset.StandardCharsets.UTF_8))).getDocumentElement();
        for (var n = project.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n.getNodeName().equals(child)) {
                return n.getTextContent().strip();
            }
        }
        throw new AssertionError("the pom has no " + child);
    }

    /** Compiles what is in src/main, and makes a bundle of it as the bnd plugin does. */
    Path bundle(String version) throws Exception {
        Path classes = compile("src/main/java", "target/classes", jars(false));
        Path jar = directory.resolve("target").resolve(artifact + "-" + version + ".jar");
        try (Builder bnd = new Builder(); Jar content = new Jar(artifact, classes.toFile())) {
            bnd.setBundleSymbolicName(artifact);
            bnd.setBundleVersion(version);
            bnd.setProperty(Constants.NOEXTRAHEADERS, "true");
            for (Path p : jars(false)) {
                bnd.addClasspath(p.toFile());
            }
            bnd.setJar(content);
            Jar built = bnd.build();
            if (!bnd.isOk()) {
                throw new AssertionError("bnd: " + bnd.getErrors() + bnd.getWarnings());
            }
            built.write(jar.toFile());
        }
        return jar;
    }

    /** Compiles what is in src/test and runs this class of it. */
    TestExecutionSummary test(String className) throws Exception {
        List<Path> path = new ArrayList<>(jars(true));
        path.add(directory.resolve("target/classes"));
        for (String p : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(Path.of(p));
        }
        Path tests = compile("src/test/java", "target/test-classes", path);
        List<URL> urls = new ArrayList<>(List.of(tests.toUri().toURL(), directory.resolve("target/classes").toUri().toURL()));
        for (Path p : jars(true)) {
            urls.add(p.toUri().toURL());
        }
        // where Maven runs tests
        String before = System.setProperty("basedir", directory.toString());
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), Author.class.getClassLoader())) {
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(loader.loadClass(className))).build(), summary);
            return summary.getSummary();
        } finally {
            if (before == null) {
                System.clearProperty("basedir");
            } else {
                System.setProperty("basedir", before);
            }
        }
    }

    private Path compile(String sources, String to, List<Path> path) throws Exception {
        Path out = Files.createDirectories(directory.resolve(to));
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<File> files;
        try (Stream<Path> all = Files.walk(directory.resolve(sources))) {
            files = all.filter(p -> p.toString().endsWith(".java")).map(Path::toFile).toList();
        }
        String classPath = String.join(File.pathSeparator, path.stream().map(Path::toString).toList());
        try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, null)) {
            boolean done = javac.getTask(messages, manager, null, List.of("--release", "17", "-proc:none", "-Xlint:all,-classfile,-path",
                    "-Werror", "-d", out.toString(), "-classpath", classPath), null, manager.getJavaFileObjectsFromFiles(files)).call();
            if (!done) {
                throw new AssertionError("the document's files do not compile:\n" + messages);
            }
        }
        return out;
    }

    /** What an author has of the project and of OSGi: the API's jar and annotations, for tests also the contract. */
    private static List<Path> jars(boolean forTests) throws Exception {
        Path directory = Path.of(System.getProperty("sluice.author", "target/author"));
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(p -> p.toString().endsWith(".jar") && (forTests || !p.toString().endsWith("-tests.jar"))).sorted().toList();
        }
    }
}
