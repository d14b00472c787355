package dev.sluice.plugin.java;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;

/**
 * Shows the compiler the JDK and, as its class path, the API; keeps what it writes. The API's class files come from
 * wherever its loader has them, because a bundle need not be a file that a compiler could open.
 */
final class ApiFileManager extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new TreeMap<>();

    ApiFileManager(JavaFileManager platform) {
        super(platform);
    }

    /** The classes that were compiled, by name. */
    Map<String, byte[]> classes() {
        Map<String, byte[]> all = new TreeMap<>();
        written.forEach((name, bytes) -> all.put(name, bytes.toByteArray()));
        return all;
    }

    @Override
    public Iterable<JavaFileObject> list(Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
            throws IOException {
        if (location == StandardLocation.CLASS_PATH) {
            List<JavaFileObject> files = new ArrayList<>();
            if (ApiClasses.PACKAGES.contains(packageName) && kinds.contains(JavaFileObject.Kind.CLASS)) {
                for (String name : ApiClasses.of(packageName)) {
                    files.add(new ApiClass(packageName + "." + name));
                }
            }
            return files;
        }
        if (location.isOutputLocation() || location == StandardLocation.SOURCE_PATH) {
            return List.of();
        }
        return super.list(location, packageName, kinds, recurse);
    }

    @Override
    public boolean hasLocation(Location location) {
        return location == StandardLocation.CLASS_PATH || location != StandardLocation.SOURCE_PATH && super.hasLocation(location);
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return file instanceof ApiClass c ? c.name : super.inferBinaryName(location, file);
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        return a.toUri().equals(b.toUri());
    }

    @Override
    public JavaFileObject getJavaFileForOutput(Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
        return new Written(className, written.computeIfAbsent(className, n -> new ByteArrayOutputStream()));
    }

    /** A class of the API. */
    private static final class ApiClass extends SimpleJavaFileObject {
        private final String name;

        ApiClass(String name) {
            super(URI.create("api:///" + name.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
            this.name = name;
        }

        @Override
        public InputStream openInputStream() throws IOException {
            return ApiClasses.open(name);
        }
    }

    /** A class that the compiler made. */
    private static final class Written extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes;

        Written(String name, ByteArrayOutputStream bytes) {
            super(URI.create("memory:///" + name.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
            this.bytes = bytes;
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }
}
