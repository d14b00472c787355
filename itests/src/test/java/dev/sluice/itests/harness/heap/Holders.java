package dev.sluice.itests.harness.heap;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Who holds what should be garbage: for the text of a test that failed. */
public final class Holders {
    private Holders() {
    }

    /** A class loader that should be garbage soon. */
    public static final class Suspect extends WeakReference<ClassLoader> {
        private final String name;

        /** With a name for the reader. */
        public Suspect(String name, ClassLoader loader) {
            super(loader);
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * For each {@link Suspect} of this JVM that is still there the shortest way to it from a root, a step in each line; if that
     * can't be told, why.
     */
    public static String ofAllSuspects() {
        try {
            Path directory = Files.createTempDirectory("sluice-heap");
            Path file = directory.resolve("heap.hprof");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
                return told(() -> HeapDump.read(file));
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return "who holds them cannot be told: " + e;
        }
    }

    /** A dump of a JVM whose memory is used up may not fit into it a second time: what else the test has to say is said all the same. */
    static String told(Callable<HeapDump> reader) {
        try {
            return of(reader.call());
        } catch (Exception | Error e) {
            return "who holds them cannot be told, the heap dump could not be read: " + e;
        }
    }

    static String of(HeapDump dump) {
        Map<Long, Long> from = reached(dump);
        StringBuilder text = new StringBuilder();
        for (long suspect : dump.instances(Suspect.class.getName())) {
            long held = dump.field(suspect, Reference.class, "referent");
            if (held != 0) {
                text.append(dump.text(dump.field(suspect, Suspect.class, "name")))
                        .append(from.containsKey(held) ? " is held by\n" : " is held by nobody now\n");
                if (from.containsKey(held)) {
                    way(dump, from, held, text);
                }
            }
        }
        return text.toString();
    }

    /** For each object that is reached from a root, the object that leads to it; 0 for the roots. */
    private static Map<Long, Long> reached(HeapDump dump) {
        Map<Long, Long> from = new HashMap<>();
        Deque<Long> next = new ArrayDeque<>();
        for (long root : dump.roots().keySet()) {
            from.put(root, 0L);
            next.add(root);
        }
        while (!next.isEmpty()) {
            long id = next.remove();
            for (HeapDump.Reference r : dump.references(id)) {
                if (r.to() != 0 && from.putIfAbsent(r.to(), id) == null) {
                    next.add(r.to());
                }
            }
        }
        return from;
    }

    private static void way(HeapDump dump, Map<Long, Long> from, long held, StringBuilder text) {
        Deque<String> steps = new ArrayDeque<>();
        long id = held;
        for (long holder = from.get(id); holder != 0; holder = from.get(id)) {
            steps.push(via(dump, holder, id) + " -> " + dump.describe(id));
            id = holder;
        }
        text.append("    ").append(dump.roots().get(id)).append(": ").append(dump.describe(id)).append('\n');
        steps.forEach(s -> text.append("    ").append(s).append('\n'));
    }

    private static String via(HeapDump dump, long holder, long held) {
        return dump.references(holder).stream().filter(r -> r.to() == held).findFirst().orElseThrow().by();
    }

    /** Of a heap dump that was made elsewhere; the one argument is its file. */
    public static void main(String[] args) throws IOException {
        System.out.print(of(HeapDump.read(Path.of(args[0]))));
    }
}
