package dev.sluice.core.chain;

import java.util.ArrayList;
import java.util.List;

/** What happened, in order, from all threads. */
public final class Journal {
    private final List<String> lines = new ArrayList<>();

    /** One more. */
    public synchronized void add(String line) {
        lines.add(line);
    }

    /** All since the last time. */
    public synchronized List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    /** How often this line is there. */
    public synchronized long count(String line) {
        return lines.stream().filter(line::equals).count();
    }
}
