package dev.sluice.filter.log;

import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import java.util.ArrayList;
import java.util.List;

/** Passes extents on and keeps them as text. */
final class ExtentsText implements StatusSink {
    /** A line of more extents helps nobody, and memory is bounded. */
    private static final int MAX = 1000;

    private final StatusSink sink;
    private final boolean basic;
    private final List<String> words = new ArrayList<>();
    private int count;

    /** For base:allocation, whose bits have names, or for another context. */
    ExtentsText(StatusSink sink, boolean basic) {
        this.sink = sink;
        this.basic = basic;
    }

    @Override
    public boolean extent(long offset, long length, long status) throws NbdException {
        count++;
        if (count <= MAX) {
            words.add("0x" + Long.toHexString(offset));
            words.add("0x" + Long.toHexString(length));
            words.add(basic ? LogFields.quote(names(status)) : Long.toString(status));
        }
        return sink.extent(offset, length, status);
    }

    /** Offset, length and type of each extent. */
    List<String> words() {
        if (count > MAX) {
            words.add("...");
        }
        return words;
    }

    private static String names(long status) {
        boolean hole = (status & MetaContext.HOLE) != 0;
        boolean zero = (status & MetaContext.ZERO) != 0;
        return (hole ? "hole" : "") + (hole && zero ? "," : "") + (zero ? "zero" : "");
    }
}
