package dev.sluice.plugin.java;

import dev.sluice.api.NbdPlugin;
import java.util.Map;

/** The classes of one source file. They see the JDK and the API, and nothing else of the server. */
final class SourceLoader extends ClassLoader {
    private final Map<String, byte[]> classes;

    SourceLoader(Map<String, byte[]> classes) {
        super("sluice-source", ClassLoader.getPlatformClassLoader());
        this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes != null) {
            return defineClass(name, bytes, 0, bytes.length);
        }
        int dot = name.lastIndexOf('.');
        if (dot > 0 && ApiClasses.PACKAGES.contains(name.substring(0, dot))) {
            return NbdPlugin.class.getClassLoader().loadClass(name);
        }
        throw new ClassNotFoundException(name + " (a plugin in one file sees the JDK, dev.sluice.api and dev.sluice.api.util)");
    }
}
