package dev.sluice.itests.harness.heap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.heap.Holders.Suspect;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a test says that waited in vain for a class loader to be collected. */
class HoldersIT {
    private static Object kept;

    /** A class loader that knows nothing. */
    private static final class Empty extends ClassLoader {
        Empty() {
            super(null);
        }
    }

    /** A class loader that has loaded a class of its own: {@link Part}. */
    private static final class Defining extends ClassLoader {
        Defining() {
            super(null);
        }

        Class<?> define() throws IOException {
            try (InputStream in = HoldersIT.class.getResourceAsStream("HoldersIT$Part.class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(Part.class.getName(), bytes, 0, bytes.length);
            }
        }
    }

    /** Needs no other class. */
    private static final class Part { }

    /** Has a field whose name its subclass uses again. */
    private static class Above {
        private final Object held;

        Above(Object held) {
            this.held = held;
        }

        Object held() {
            return held;
        }
    }

    private static final class Below extends Above {
        private final Object held;

        Below(Object above, Object below) {
            super(above);
            this.held = below;
        }

        @Override
        Object held() {
            return List.of(super.held(), held);
        }
    }

    private static Suspect suspect(String name, ClassLoader loader) {
        return new Suspect(name, loader);
    }

    private static void assertContains(String part, String text) {
        assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
    }

    @Test
    void aStaticFieldThatHoldsALoaderIsNamed() {
        kept = List.of(new Empty());
        Suspect suspect = suspect("the one in a list", (ClassLoader) ((List<?>) kept).get(0));
        try {
            String text = Holders.ofAllSuspects();
            assertContains("'the one in a list' is held by", text);
            assertContains("kept -> java.util.ImmutableCollections$List12", text);
            assertContains("e0 -> " + Empty.class.getName(), text);
        } finally {
            kept = null;
            Reference.reachabilityFence(suspect);
        }
    }

    @Test
    void aFieldWhoseNameASubclassUsesAgainIsNamedWithItsClass() {
        kept = new Below(new Empty(), "other");
        Suspect suspect = suspect("the one above", (ClassLoader) ((List<?>) ((Above) kept).held()).get(0));
        try {
            String text = Holders.ofAllSuspects();
            assertContains("'the one above' is held by", text);
            assertContains(Above.class.getName() + ".held -> " + Empty.class.getName(), text);
        } finally {
            kept = null;
            Reference.reachabilityFence(suspect);
        }
    }

    @Test
    void anEmptyArrayOfAClassHoldsTheLoaderOfThatClass() throws Exception {
        kept = Array.newInstance(new Defining().define(), 0);
        Suspect suspect = suspect("the one of an array", kept.getClass().getComponentType().getClassLoader());
        try {
            String text = Holders.ofAllSuspects();
            assertContains("'the one of an array' is held by", text);
            assertContains("<class> -> class [L" + Part.class.getName(), text);
            assertContains("<loader> -> " + Defining.class.getName(), text);
        } finally {
            kept = null;
            Reference.reachabilityFence(suspect);
        }
    }

    @Test
    void aThreadThatHoldsALoaderIsNamed() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(() -> await(end), "holds a loader");
        thread.setContextClassLoader(new Empty());
        Suspect suspect = suspect("the one of a thread", thread.getContextClassLoader());
        thread.start();
        try {
            String text = Holders.ofAllSuspects();
            assertContains("'the one of a thread' is held by", text);
            assertContains("thread 'holds a loader'", text);
            assertContains("contextClassLoader -> " + Empty.class.getName(), text);
        } finally {
            end.countDown();
            thread.join();
            Reference.reachabilityFence(suspect);
        }
    }

    @Test
    void aLoaderThatNobodyHoldsIsNotNamed() {
        Suspect suspect = suspect("the one that nobody holds", new Empty());
        assertFalse(Holders.ofAllSuspects().contains("the one that nobody holds"));
        Reference.reachabilityFence(suspect);
    }

    @Test
    void aDumpThatDoesNotFitIntoTheMemoryIsSaidToBeUnreadable() {
        String text = Holders.told(() -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertContains("the heap dump could not be read: java.lang.OutOfMemoryError: Java heap space", text);
    }

    @Test
    void aFileThatIsNoDumpIsSaidToBeUnreadable(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("short"), new byte[3]);
        assertContains("the heap dump could not be read: ", Holders.told(() -> HeapDump.read(file)));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
