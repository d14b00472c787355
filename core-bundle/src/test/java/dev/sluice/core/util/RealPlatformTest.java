package dev.sluice.core.util;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Threads of the core outlive the code of bundles that they ran, and that had them started. */
class RealPlatformTest {
    private final RealPlatform platform = new RealPlatform();

    /** What a bundle does on its own stack. */
    public static final class Starter implements BiFunction<Platform, Runnable, Thread> {
        @Override
        public Thread apply(Platform on, Runnable body) {
            return on.start("started by foreign code", body);
        }
    }

    /** Has its own class {@link Starter}. */
    private static final class BundleLoader extends ClassLoader {
        BundleLoader() {
            super(RealPlatformTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Starter.class.getName())) {
                return super.loadClass(name, resolve);
            }
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private record Held(CountDownLatch done) implements Runnable {
        @Override
        public void run() {
            done.countDown();
        }
    }

    /** A thread, and what it must not hold. */
    private record Started(Thread thread, WeakReference<Object> foreign) { }

    @Test
    void anEndedThreadDoesNotHoldWhatItRan() throws Exception {
        Started started = ended();
        awaitCollected(started.foreign());
        started.thread().join();
    }

    private Started ended() throws InterruptedException {
        Held held = new Held(new CountDownLatch(1));
        Thread thread = platform.start("ends", held);
        Background.await(held.done());
        thread.join();
        return new Started(thread, new WeakReference<>(held));
    }

    @Test
    void aThreadThatGoesOnDoesNotHoldTheCodeThatHadItStarted() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try {
            awaitCollected(startedByForeignCode(() -> Background.await(end)).foreign());
        } finally {
            end.countDown();
        }
    }

    @SuppressWarnings("unchecked")
    private Started startedByForeignCode(Runnable body) throws Exception {
        ClassLoader loader = new BundleLoader();
        var starter = (BiFunction<Platform, Runnable, Thread>) loader.loadClass(Starter.class.getName()).getConstructor().newInstance();
        return new Started(starter.apply(platform, body), new WeakReference<>(loader));
    }

    private static void awaitCollected(WeakReference<Object> what) throws Exception {
        Background.until(() -> {
            System.gc();
            return what.get() == null;
        }, "it is collected");
    }
}
