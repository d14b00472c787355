package dev.sluice.shared.libc;

import java.util.Optional;

/**
 * Chooses the implementation, once, when it is first asked for. The place for another one: a class over
 * java.lang.foreign for newer Java versions would be tried here first.
 */
final class LibCLoader {
    private static final LibC FOUND;
    private static final String REASON;

    static {
        LibC libc = null;
        String reason = "";
        if (!System.getProperty("os.name").equals("Linux")) {
            reason = "fallocate and its like are only used on Linux, and this is " + System.getProperty("os.name");
        } else {
            try {
                libc = JnaLibC.load();
            } catch (LinkageError | RuntimeException e) {
                // Also NoClassDefFoundError: JNA is not there at all.
                reason = "the native part of JNA can't be loaded: " + firstLine(e);
            }
        }
        FOUND = libc;
        REASON = reason;
    }

    private LibCLoader() {
    }

    static Optional<LibC> found() {
        return Optional.ofNullable(FOUND);
    }

    static String reason() {
        return REASON;
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
    }
}
