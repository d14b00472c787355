package dev.sluice.itests.kinds;

import dev.sluice.itests.harness.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How one plugin or filter is served in {@link EveryKindIT}. In words {@code {dir}} is the directory of {@link KindFiles}
 * and {@code {sock}} the server's Unix socket.
 */
final class KindCase {
    /** What clients may expect of the disk. */
    enum Content {
        /** It keeps what is written. */
        DISK,
        /** It can only be read, and always has the same bytes. */
        FIXED,
        /** It takes writes and drops them. */
        DROPS,
        /** It can be written with the bytes only that it has. */
        SAME,
        /** It fails writes for lack of space. */
        FULL,
        /** It has no bytes. */
        EMPTY
    }

    private final String kind;
    private final List<String> chain;
    private final List<List<String>> edits = new ArrayList<>();
    private Content content = Content.DISK;
    private boolean transparent;
    private long base;
    private int length = 64 * Wire.KIB;
    private int clients = 2;
    private KindCheck check = scene -> { };

    private KindCase(String kind, String... chain) {
        this.kind = kind;
        this.chain = List.of(chain);
    }

    /** A filter and its words, in front of a RAM disk of 4 MiB. */
    static KindCase filter(String line) {
        return filterBefore(line, "memory 4M");
    }

    /** A filter and its words, in front of other layers. */
    static KindCase filterBefore(String line, String... behind) {
        List<String> all = new ArrayList<>(List.of(line));
        all.addAll(Arrays.asList(behind));
        return new KindCase("filter " + line.split(" ")[0], all.toArray(String[]::new));
    }

    /** A plugin and its words. */
    static KindCase plugin(String line) {
        return new KindCase("plugin " + line.split(" ")[0], line);
    }

    /** What clients may expect; a disk that keeps what is written unless this is called. */
    KindCase content(Content value) {
        content = value;
        return this;
    }

    /** May be put in and taken out under clients. */
    KindCase transparent() {
        transparent = true;
        return this;
    }

    /** The part of the disk that the first client uses; the next one uses the part behind it. */
    KindCase range(long from, int bytes) {
        base = from;
        length = bytes;
        return this;
    }

    /** How many clients are connected. */
    KindCase clients(int count) {
        clients = count;
        return this;
    }

    /** Words that the layer gets live, and those that it gets then to be as before. */
    KindCase set(String there, String andBack) {
        edits.add(List.of(there));
        edits.add(List.of(andBack));
        return this;
    }

    /** What has to be so at the beginning and after every change; no client has a request under way meanwhile. */
    KindCase check(KindCheck value) {
        check = value;
        return this;
    }

    /** {@code plugin NAME} or {@code filter NAME}. */
    String kind() {
        return kind;
    }

    /** The name alone. */
    String name() {
        return kind.substring(kind.indexOf(' ') + 1);
    }

    List<String> chain() {
        return chain;
    }

    List<List<String>> edits() {
        return edits;
    }

    Content content() {
        return content;
    }

    boolean isTransparent() {
        return transparent;
    }

    long base() {
        return base;
    }

    int length() {
        return length;
    }

    int clients() {
        return clients;
    }

    KindCheck check() {
        return check;
    }
}
