package dev.sluice.observability;

import dev.sluice.api.runtime.SlowRequest;
import dev.sluice.api.runtime.SwapRecord;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Events of the JDK's flight recorder. By reflection, for two reasons: {@code jdk.jfr} need not be in a runtime, and the
 * JDK rewrites the classes of events to call internals of its own, which no loader of a bundle finds; so the JDK makes
 * these classes itself. An event that nobody records costs one look.
 */
final class FlightRecorder {
    private final Kind slow;
    private final Kind swap;

    /**
     * Registers the events.
     *
     * @throws ReflectiveOperationException there is no flight recorder in this runtime
     */
    FlightRecorder() throws ReflectiveOperationException {
        Library jfr = new Library();
        slow = jfr.kind("dev.sluice.SlowRequest", "Slow request", "A request of an NBD client that took long in the chain",
                List.of(jfr.field(String.class, "export", "Export"), jfr.field(long.class, "connection", "Connection"),
                        jfr.field(String.class, "operation", "Operation"), jfr.field(long.class, "offset", "Offset"),
                        jfr.field(long.class, "length", "Length"), jfr.timespan("took", "Took"),
                        jfr.field(boolean.class, "failed", "Failed")));
        swap = jfr.kind("dev.sluice.Swap", "Swap", "A change of an export under its clients",
                List.of(jfr.field(String.class, "export", "Export"), jfr.field(String.class, "what", "What"),
                        jfr.field(String.class, "result", "Result"), jfr.field(long.class, "drained", "Drained requests"),
                        jfr.timespan("pause", "Pause"), jfr.field(int.class, "connections", "Connections"),
                        jfr.field(int.class, "stranded", "Stranded calls")));
    }

    void slow(SlowRequest r) {
        slow.emit(() -> new Object[] {r.export(), r.connection(), r.operation(), r.offset(), r.length(), r.took().toNanos(), r.failed()});
    }

    void swapped(SwapRecord s) {
        swap.emit(() -> new Object[] {s.export(), s.what(), s.result(), s.drained(), s.pause().toNanos(), s.connections(),
            s.stranded().size()});
    }

    /** One type of events. */
    private record Kind(Object factory, Method newEvent, Method shouldCommit, Method set, Method commit) {
        void emit(java.util.function.Supplier<Object[]> values) {
            try {
                Object event = newEvent.invoke(factory);
                if (!(Boolean) shouldCommit.invoke(event)) {
                    return;
                }
                Object[] all = values.get();
                for (int i = 0; i < all.length; i++) {
                    set.invoke(event, i, all[i]);
                }
                commit.invoke(event);
            } catch (InvocationTargetException e) {
                throw new IllegalStateException(e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The few parts of the JDK's package that are needed. */
    private static final class Library {
        private final Class<?> factory = load("EventFactory");
        private final Class<?> event = load("Event");
        private final Constructor<?> annotation = load("AnnotationElement").getConstructor(Class.class, Object.class);
        private final Constructor<?> value = load("ValueDescriptor").getConstructor(Class.class, String.class, List.class);

        Library() throws ReflectiveOperationException {
        }

        private static Class<?> load(String name) throws ClassNotFoundException {
            return Class.forName("jdk.jfr." + name, true, ClassLoader.getPlatformClassLoader());
        }

        private Object annotated(String name, Object with) throws ReflectiveOperationException {
            return annotation.newInstance(load(name), with);
        }

        Object field(Class<?> type, String name, String label) throws ReflectiveOperationException {
            return value.newInstance(type, name, List.of(annotated("Label", label)));
        }

        Object timespan(String name, String label) throws ReflectiveOperationException {
            return value.newInstance(long.class, name, List.of(annotated("Label", label), annotated("Timespan", "NANOSECONDS")));
        }

        Kind kind(String name, String label, String description, List<Object> fields) throws ReflectiveOperationException {
            List<Object> annotations = new ArrayList<>();
            for (Map.Entry<String, Object> a : Map.<String, Object>of("Name", name, "Label", label, "Description", description, "Category",
                    new String[] {"Sluice"}, "StackTrace", false).entrySet()) {
                annotations.add(annotated(a.getKey(), a.getValue()));
            }
            Object made = factory.getMethod("create", List.class, List.class).invoke(null, annotations, fields);
            return new Kind(made, factory.getMethod("newEvent"), event.getMethod("shouldCommit"),
                    event.getMethod("set", int.class, Object.class), event.getMethod("commit"));
        }
    }
}
