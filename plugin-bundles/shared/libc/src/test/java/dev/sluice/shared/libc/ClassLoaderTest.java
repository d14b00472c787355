package dev.sluice.shared.libc;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClassLoaderTest {
    /** What each update of a bundle relies on: no native part keeps the old copy of this package. */
    @Test
    void aClassLoaderThatUsedTheLibraryIsCollected() throws Exception {
        // On Java 17 the cleaner thread of JNA remembers who was on the stack when it started: the first loader ever.
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> loader = new WeakReference<>(useInOwnLoader(), queue);
        for (int i = 0; i < 50 && queue.remove(100) == null; i++) {
            System.gc();
        }
        assertNull(loader.get(), "the class loader is still referenced");
    }

    private static ClassLoader useInOwnLoader() throws Exception {
        URL classes = LibC.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader own = new OwnCopy(classes);
        Class<?> type = own.loadClass(LibC.class.getName());
        Optional<?> libc = (Optional<?>) type.getMethod("find").invoke(null);
        if (libc.isPresent()) {
            int fd = (Integer) type.getMethod("open", Path.class, boolean.class).invoke(libc.get(), Path.of("/proc/self/exe"), false);
            type.getMethod("isResident", int.class, long.class, int.class).invoke(libc.get(), fd, 0L, 1);
            type.getMethod("close", int.class).invoke(libc.get(), fd);
        }
        return own;
    }

    /** Defines this package anew instead of asking its parent, as a bundle's loader does. */
    private static final class OwnCopy extends URLClassLoader {
        OwnCopy(URL classes) {
            super(new URL[] {classes}, LibC.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.sluice.shared.libc.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : findClass(name);
        }
    }
}
