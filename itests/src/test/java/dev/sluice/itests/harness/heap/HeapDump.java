package dev.sluice.itests.harness.heap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A heap dump of a HotSpot JVM (HPROF 1.0.2, identifiers of 8 bytes) of less than 2 GiB: roots, classes, and where each object
 * lies in the file. Objects are numbers, as in the file; 0 is null.
 */
final class HeapDump {
    private static final int OBJECT = 2;
    /** Bytes of a value, by its type from 4 (boolean) to 11 (long). */
    private static final int[] SIZES = {1, 2, 4, 8, 1, 2, 4, 8};

    /** A class: its loader, what its static fields hold, and the names and types of its own instance fields. */
    private record Type(long id, long superclass, long loader, Map<String, Long> statics, List<Field> fields) { }

    /** An instance field. */
    private record Field(String name, int type) { }

    /** That something holds an object, and by which way: a field, an element, its class. */
    record Reference(String by, long to) { }

    /** What a field of an instance holds. */
    private record Value(String declaring, String name, long held) { }

    /** Where an object lies in the file. */
    private record Place(int kind, int offset) { }

    private final ByteBuffer file;
    private final Map<Long, String> strings = new HashMap<>();
    private final Map<Long, String> classNames = new HashMap<>();
    private final Map<Integer, Long> classSerials = new HashMap<>();
    private final Map<Long, Type> types = new HashMap<>();
    private final Map<Long, Place> places = new HashMap<>();
    private final Map<Long, String> roots = new LinkedHashMap<>();
    private final Map<Integer, Long> threads = new HashMap<>();
    private final Map<Integer, Integer> traceOfThread = new HashMap<>();
    private final Map<Integer, long[]> traces = new HashMap<>();
    private final Map<Long, String> frames = new HashMap<>();
    private final List<long[]> locals = new ArrayList<>();

    private HeapDump(ByteBuffer file) {
        this.file = file;
    }

    /** Reads where everything is. */
    static HeapDump read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            HeapDump dump = new HeapDump(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
            dump.records();
            return dump;
        }
    }

    private void records() throws IOException {
        while (file.get() != 0) {
            // the name of the format ends with a zero byte
        }
        if (file.getInt() != Long.BYTES) {
            throw new IOException("identifiers do not have 8 bytes");
        }
        file.getLong();
        while (file.hasRemaining()) {
            int tag = file.get();
            file.getInt();
            int end = file.getInt();
            end += file.position();
            switch (tag) {
                case 0x01 -> strings.put(file.getLong(), utf8(end));
                case 0x02 -> loadedClass();
                case 0x04 -> frame();
                case 0x05 -> trace();
                case 0x0C, 0x1C -> segment(end);
                default -> { }
            }
            file.position(end);
        }
        // A thread says more than a variable that leads to it.
        threads.forEach((serial, id) -> roots.put(id, threadName(serial)));
        // Threads that stand in the file behind their own locals are known only now.
        for (long[] local : locals) {
            roots.putIfAbsent(local[0], "a local of " + threadName((int) local[1]) + frameName((int) local[1], (int) local[2]));
        }
    }

    private String utf8(int end) {
        byte[] bytes = new byte[end - file.position()];
        file.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void loadedClass() {
        int serial = file.getInt();
        long id = file.getLong();
        file.getInt();
        classSerials.put(serial, id);
        classNames.put(id, strings.getOrDefault(file.getLong(), "?").replace('/', '.'));
    }

    private void frame() {
        long id = file.getLong();
        String method = strings.get(file.getLong());
        file.getLong();
        file.getLong();
        Long type = classSerials.get(file.getInt());
        frames.put(id, classNames.get(type) + "." + method + ":" + file.getInt());
    }

    private void trace() {
        int serial = file.getInt();
        file.getInt();
        long[] ids = new long[file.getInt()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = file.getLong();
        }
        traces.put(serial, ids);
    }

    private void segment(int end) throws IOException {
        while (file.position() < end) {
            int kind = file.get() & 0xFF;
            switch (kind) {
                case 0xFF -> roots.putIfAbsent(file.getLong(), "an unknown root");
                case 0x01 -> {
                    roots.putIfAbsent(file.getLong(), "a JNI global");
                    file.getLong();
                }
                case 0x02, 0x03 -> locals.add(new long[] {file.getLong(), file.getInt(), file.getInt()});
                case 0x04, 0x06 -> locals.add(new long[] {file.getLong(), file.getInt(), -1});
                case 0x05 -> roots.putIfAbsent(file.getLong(), "a class of the JDK's boot loader");
                case 0x07 -> roots.putIfAbsent(file.getLong(), "a monitor in use");
                case 0x08 -> {
                    long id = file.getLong();
                    int serial = file.getInt();
                    threads.put(serial, id);
                    traceOfThread.put(serial, file.getInt());
                }
                case 0x20 -> type();
                case 0x21, 0x22, 0x23 -> object(kind);
                default -> throw new IOException("unknown part " + kind + " of a heap dump at " + file.position());
            }
        }
    }

    private void type() {
        long id = file.getLong();
        file.getInt();
        long superclass = file.getLong();
        long loader = file.getLong();
        skip(4 * Long.BYTES + 4);
        for (int constants = file.getShort(); constants > 0; constants--) {
            file.getShort();
            skip(size(file.get()));
        }
        Map<String, Long> statics = new LinkedHashMap<>();
        for (int count = file.getShort(); count > 0; count--) {
            String name = strings.get(file.getLong());
            int type = file.get();
            if (type == OBJECT) {
                statics.put(name, file.getLong());
            } else {
                skip(size(type));
            }
        }
        List<Field> fields = new ArrayList<>();
        for (int count = file.getShort(); count > 0; count--) {
            fields.add(new Field(strings.get(file.getLong()), file.get()));
        }
        types.put(id, new Type(id, superclass, loader, statics, fields));
    }

    private void object(int kind) {
        places.put(file.getLong(), new Place(kind, file.position()));
        file.getInt();
        switch (kind) {
            case 0x21 -> {
                file.getLong();
                skip(file.getInt());
            }
            case 0x22 -> {
                int length = file.getInt();
                file.getLong();
                skip(length * Long.BYTES);
            }
            default -> {
                int length = file.getInt();
                skip(length * size(file.get()));
            }
        }
    }

    private void skip(int bytes) {
        file.position(file.position() + bytes);
    }

    private static int size(int type) {
        return type == OBJECT ? Long.BYTES : SIZES[type - 4];
    }

    /** The roots and what they are. */
    Map<Long, String> roots() {
        return roots;
    }

    /** All instances of a class, none of its subclasses. */
    List<Long> instances(String className) {
        List<Long> found = new ArrayList<>();
        places.forEach((id, place) -> {
            if (place.kind() == 0x21 && className.equals(classNames.get(file.getLong(place.offset() + 4)))) {
                found.add(id);
            }
        });
        return found;
    }

    /** What an object is: the name of its class, or for a class its own name, for a thread also its name. */
    String describe(long id) {
        if (types.containsKey(id)) {
            return "class " + classNames.get(id);
        }
        Place place = places.get(id);
        if (place == null || place.kind() == 0x23) {
            return "an array";
        }
        String type = classNames.get(file.getLong(place.offset() + (place.kind() == 0x21 ? 4 : 8)));
        return threads.containsValue(id) ? type + " " + nameOfThread(id) : type;
    }

    private String threadName(int serial) {
        Long id = threads.get(serial);
        return id == null ? "a thread" : "thread " + nameOfThread(id);
    }

    private String nameOfThread(long id) {
        return text(field(id, Thread.class, "name"));
    }

    private String frameName(int serial, int depth) {
        long[] trace = traces.get(traceOfThread.getOrDefault(serial, -1));
        return trace == null || depth < 0 || depth >= trace.length ? "" : " in " + frames.get(trace[depth]);
    }

    /** The content of a String in quotes. */
    String text(long string) {
        if (string == 0) {
            return "null";
        }
        Place place = places.get(field(string, String.class, "value"));
        byte[] bytes = new byte[file.getInt(place.offset() + 4)];
        file.get(place.offset() + 9, bytes);
        return "'" + new String(bytes, StandardCharsets.ISO_8859_1).replace("\0", "") + "'";
    }

    /** What the field of an instance holds that this class declares; 0 if there is none. */
    long field(long id, Class<?> declaring, String name) {
        return values(id).stream().filter(v -> v.name().equals(name) && v.declaring().equals(declaring.getName()))
                .mapToLong(Value::held).findFirst().orElse(0);
    }

    /** The fields of an instance that can hold an object, those of its class before those of its superclass; empty for anything else. */
    private List<Value> values(long id) {
        List<Value> found = new ArrayList<>();
        Place place = places.get(id);
        if (place == null || place.kind() != 0x21) {
            return found;
        }
        int at = place.offset() + 4 + Long.BYTES + 4;
        for (Type t = types.get(file.getLong(place.offset() + 4)); t != null; t = types.get(t.superclass())) {
            for (Field f : t.fields()) {
                if (f.type() == OBJECT) {
                    found.add(new Value(classNames.get(t.id()), f.name(), file.getLong(at)));
                }
                at += size(f.type());
            }
        }
        return found;
    }

    /** All that an object holds strongly: by fields and elements, its class; of a class static fields, the superclass, the loader. */
    List<Reference> references(long id) {
        List<Reference> found = new ArrayList<>();
        Type type = types.get(id);
        if (type != null) {
            type.statics().forEach((name, held) -> found.add(new Reference(name, held)));
            found.add(new Reference("<superclass>", type.superclass()));
            found.add(new Reference("<loader>", type.loader()));
            return found;
        }
        Place place = places.get(id);
        if (place == null || place.kind() == 0x23) {
            return found;
        }
        if (place.kind() == 0x21) {
            addFields(id, found);
            found.add(new Reference("<class>", file.getLong(place.offset() + 4)));
            return found;
        }
        for (int i = 0; i < file.getInt(place.offset() + 4); i++) {
            found.add(new Reference("[" + i + "]", file.getLong(place.offset() + 8 + Long.BYTES * (i + 1))));
        }
        found.add(new Reference("<class>", file.getLong(place.offset() + 8)));
        return found;
    }

    /** By the name of the field; one whose name a subclass has used again by that of its class too. */
    private void addFields(long id, List<Reference> found) {
        Set<String> names = new HashSet<>();
        for (Value v : values(id)) {
            String by = names.add(v.name()) ? v.name() : v.declaring() + "." + v.name();
            if (!v.name().equals("referent") || !v.declaring().equals(java.lang.ref.Reference.class.getName())) {
                found.add(new Reference(by, v.held()));
            }
        }
    }
}
