package dev.sluice.filter.extentlist;

import dev.sluice.api.ConfigException;
import dev.sluice.api.MetaContext;
import dev.sluice.api.util.Failures;
import dev.sluice.api.util.Integers;
import dev.sluice.api.util.Sizes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a list of extents: one in each line, {@code OFFSET LENGTH [TYPE]}; offset and length are sizes, the type is a
 * number or words with commas between them. Empty lines and what stands behind a {@code #} are for people.
 */
final class ExtentListFile {
    /** So that a wrong file can't fill the memory. */
    private static final int MOST = 4 << 20;
    private static final int MAX_LINE = 4096;
    private static final String RIGHT = "a line is OFFSET LENGTH [TYPE], where TYPE is 0 to 3, or hole and zero with a comma between them";

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(long start, long end, byte status, int line) {
    }

    private ExtentListFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException names the file, and the line that is wrong
     */
    static ExtentList read(Path file) {
        ExtentListFile reading = new ExtentListFile(file);
        // bytes that are no text are found as words that are none, with the number of their line
        try (BufferedReader in = new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.ISO_8859_1))) {
            reading.lines(in);
        } catch (IOException e) {
            throw new ConfigException("extentlist: extentlist=" + file + ": can't be read: " + Failures.reason(e), e);
        }
        return reading.sorted();
    }

    private void lines(BufferedReader in) throws IOException {
        int number = 0;
        for (String line = next(in); line != null; line = next(in)) {
            number++;
            int comment = line.indexOf('#');
            String text = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!text.isEmpty()) {
                try {
                    add(text, number);
                } catch (ConfigException e) {
                    throw new ConfigException("extentlist: " + file + ", line " + number + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /** A line as readers know it, but never a whole disk image without any end of a line. */
    private static String next(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == MAX_LINE) {
                throw new IOException("a line has more than " + MAX_LINE + " characters");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void add(String text, int number) {
        String[] words = text.split("\\s+");
        if (words.length < 2 || words.length > 3) {
            throw new ConfigException(RIGHT);
        }
        long start = size(words[0]);
        long length = size(words[1]);
        byte status = words.length < 3 ? 0 : status(words[2]);
        if (length > Long.MAX_VALUE - start) {
            throw new ConfigException("it ends behind 9223372036854775807, where every disk has ended");
        }
        if (length > 0) {
            if (entries.size() == MOST) {
                throw new ConfigException("these are more than " + MOST + " extents");
            }
            entries.add(new Entry(start, start + length, status, number));
        }
    }

    private static long size(String word) {
        try {
            return Sizes.parse(word);
        } catch (ConfigException e) {
            throw new ConfigException(visible(word) + ": " + e.getMessage(), e);
        }
    }

    private static byte status(String type) {
        if (Character.isDigit(type.charAt(0))) {
            try {
                return (byte) Integers.parse(type, 0, MetaContext.HOLE | MetaContext.ZERO);
            } catch (ConfigException e) {
                throw new ConfigException(visible(type) + ": " + RIGHT, e);
            }
        }
        int status = 0;
        for (String word : type.split(",", -1)) {
            status |= switch (word) {
                case "hole" -> MetaContext.HOLE;
                case "zero" -> MetaContext.ZERO;
                default -> throw new ConfigException(visible(type) + ": " + RIGHT);
            };
        }
        return (byte) status;
    }

    private static String visible(String word) {
        String shown = word.length() > 40 ? word.substring(0, 40) + "..." : word;
        return shown.replaceAll("[^ -~]", "?");
    }

    private ExtentList sorted() {
        entries.sort(Comparator.comparingLong(Entry::start));
        for (int i = 1; i < entries.size(); i++) {
            Entry before = entries.get(i - 1);
            Entry e = entries.get(i);
            if (e.start() < before.end()) {
                throw new ConfigException("extentlist: " + file + ": the extents of lines " + Math.min(before.line(), e.line()) + " and "
                        + Math.max(before.line(), e.line()) + " overlap");
            }
        }
        byte[] statuses = new byte[entries.size()];
        for (int i = 0; i < statuses.length; i++) {
            statuses[i] = entries.get(i).status();
        }
        return new ExtentList(entries.stream().mapToLong(Entry::start).toArray(),
                entries.stream().mapToLong(Entry::end).toArray(), statuses);
    }
}
