package dev.sluice.itests.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes a bundle with one component out of classes of this module, written by hand and not by the tools the product uses. */
public final class FixtureBundle {
    private final String name;
    private final String kind;
    private final boolean filter;
    private String version = "1.0.0";
    private String apiRange;
    private Class<?> component;
    private Class<?>[] others = {};

    private FixtureBundle(String kind, boolean filter) {
        this.kind = kind;
        this.filter = filter;
        name = "dev.sluice.itests.fixture." + kind;
        apiRange = filter ? "[1.1,1.2)" : "[1.1,2)";
    }

    /** A bundle with a plugin. */
    public static FixtureBundle plugin(String kind) {
        return new FixtureBundle(kind, false);
    }

    /** A bundle with a filter. */
    public static FixtureBundle filter(String kind) {
        return new FixtureBundle(kind, true);
    }

    /** The class of the component, with a method {@code setScript}, and the classes that it needs. */
    public FixtureBundle classes(Class<?> main, Class<?>... more) {
        component = main;
        others = more.clone();
        return this;
    }

    /** The version of the bundle; 1.0.0 if not called. */
    public FixtureBundle version(String value) {
        version = value;
        return this;
    }

    /** The versions of the API that it imports; what bnd would write if not called. */
    public FixtureBundle api(String range) {
        apiRange = range;
        return this;
    }

    /** Writes the bundle into a directory. */
    public Path into(Path directory) throws IOException {
        Path jar = directory.resolve(name + "-" + version + "-" + System.nanoTime() + ".jar");
        Manifest manifest = new Manifest();
        Attributes a = manifest.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-ManifestVersion", "2");
        a.putValue("Bundle-SymbolicName", name);
        a.putValue("Bundle-Version", version);
        a.putValue("Import-Package", "dev.sluice.api;version=\"" + apiRange + "\",dev.sluice.api.util;version=\"[1.0,1.1)\","
                + "dev.sluice.itests.control");
        a.putValue("Service-Component", "OSGI-INF/component.xml");
        a.putValue("Require-Capability", "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.3.0)(!(version>=2.0.0)))\"");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
            add(out, component);
            for (Class<?> c : others) {
                add(out, c);
            }
            out.putNextEntry(new ZipEntry("OSGI-INF/component.xml"));
            out.write(description().getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
        return jar;
    }

    private String description() {
        String what = filter ? "filter" : "plugin";
        return "<?xml version='1.0' encoding='UTF-8'?>\n"
                + "<scr:component xmlns:scr='http://www.osgi.org/xmlns/scr/v1.3.0' name='" + name + "'>\n"
                + "<property name='dev.sluice." + what + ".name' value='" + kind + "'/>\n"
                + "<service scope='prototype'><provide interface='dev.sluice.api.Nbd" + (filter ? "Filter" : "Plugin") + "'/></service>\n"
                + "<reference name='script' interface='dev.sluice.itests.control.Script' bind='setScript'/>\n"
                + "<implementation class='" + component.getName() + "'/>\n"
                + "</scr:component>\n";
    }

    private static void add(JarOutputStream out, Class<?> c) throws IOException {
        String path = c.getName().replace('.', '/') + ".class";
        out.putNextEntry(new ZipEntry(path));
        try (InputStream in = c.getClassLoader().getResourceAsStream(path)) {
            in.transferTo(out);
        }
        out.closeEntry();
    }
}
