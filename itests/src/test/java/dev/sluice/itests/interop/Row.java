package dev.sluice.itests.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One chain that Sluice and nbdkit serve with the same words. In words {@code {dir}} is a directory of its own for each of the
 * two, with the same files in it.
 */
final class Row {
    /** For {@link #without}: block status. */
    static final int EXTENTS = 1 << 30;

    private final List<List<String>> layers = new ArrayList<>();
    private final List<Difference> differences = new ArrayList<>();
    private String export = "";
    private boolean readOnly;
    private boolean refused;
    private int unit = 512;
    private int without;

    private Row() {
        may("^block sizes", "block sizes: nbdkit 1.32 tells none");
        may("^status of one", "block status with REQ_ONE");
    }

    /** A plugin and its words. */
    static Row plugin(String... words) {
        Row row = new Row();
        row.layers.add(List.of(words));
        return row;
    }

    /** A filter and its words, in front of what is there. */
    Row behind(String... words) {
        layers.add(0, List.of(words));
        return this;
    }

    /** The client asks for this export. */
    Row export(String name) {
        export = name;
        return this;
    }

    /** Served read-only. */
    Row readOnly() {
        readOnly = true;
        return this;
    }

    /** Both refuse to serve it: to start, or every client. */
    Row refused() {
        refused = true;
        return this;
    }

    /** The requests are multiples of this many bytes, so that it doesn't show what a block of storage is. */
    Row unit(int bytes) {
        unit = bytes;
        return this;
    }

    /** Requests for which these flags stand are left out. */
    Row without(int flag) {
        without |= flag;
        return this;
    }

    /**
     * Lines differ that match a regular expression.
     *
     * @param lines of what either of them says
     * @param documented a text that is in docs/nbdkit-differences.md
     */
    Row differs(String lines, String documented) {
        differences.add(new Difference(Pattern.compile(lines), documented, true));
        return this;
    }

    /** The same, for what does not differ in all chains or with all file systems. */
    Row may(String lines, String documented) {
        differences.add(new Difference(Pattern.compile(lines), documented, false));
        return this;
    }

    List<List<String>> layers() {
        return layers;
    }

    List<Difference> differences() {
        return differences;
    }

    String export() {
        return export;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    boolean isRefused() {
        return refused;
    }

    int unit() {
        return unit;
    }

    int without() {
        return without;
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        layers.forEach(l -> words.add(String.join(" ", l).replaceAll("\\s+", " ")));
        String text = String.join(" > ", words);
        return (text.length() > 100 ? text.substring(0, 100) + "…" : text) + (readOnly ? " (read-only)" : "")
                + (export.isEmpty() ? "" : " /" + export);
    }

    /** A difference that is on purpose. */
    record Difference(Pattern lines, String documented, boolean always) {
    }
}
