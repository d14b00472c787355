package dev.sluice.filter.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Counts as text, in nbdkit's layout. */
final class Report {
    private static final String[] UNITS = {"KiB", "MiB", "GiB"};

    private final List<Summary> summaries;
    private final double seconds;
    private final int threshold;
    private final StringBuilder text = new StringBuilder();

    private Report(List<Summary> summaries, long elapsedNanos, int threshold) {
        this.summaries = summaries;
        this.seconds = elapsedNanos / 1e9;
        this.threshold = threshold;
    }

    /**
     * The text of the file.
     *
     * @param elapsedNanos since the export was started
     * @param threshold after which share of the requests, in percent, a breakdown ends; 0: none is written
     * @param latencies whether to write how long requests took as well
     */
    static String file(List<Summary> summaries, long elapsedNanos, int threshold, boolean latencies) {
        Report report = new Report(summaries, elapsedNanos, threshold);
        report.all(latencies);
        return report.text.toString();
    }

    private void all(boolean latencies) {
        long requests = summaries.stream().mapToLong(Summary::requests).sum();
        long bytes = summaries.stream().mapToLong(Summary::bytes).sum();
        line("total: %d ops, %.6f s, %s, %s/s", requests, seconds, size(bytes), rate(bytes, seconds));
        for (Summary s : summaries) {
            if (s.requests() == 0) {
                continue;
            }
            line("%s: %d ops, %.6f s, %s, %s/s op, %s/s total", s.operation(), s.requests(), s.nanos() / 1e9, size(s.bytes()),
                    rate(s.bytes(), s.nanos() / 1e9), rate(s.bytes(), seconds));
            if (latencies) {
                line("  Latency: %s", latency(s));
            }
            if (threshold > 0 && !s.sizes().isEmpty()) {
                breakdown(s);
            }
        }
    }

    /** For people who ask while requests come. */
    static String now(String title, List<Summary> summaries, long elapsedNanos) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%s, for %.1f s%n", title, elapsedNanos / 1e9));
        for (Summary s : summaries) {
            text.append(String.format(Locale.ROOT, "  %-8s %d requests, %d failed, %s, %s/s%n", s.operation(), s.requests(), s.failures(),
                    size(s.bytes()), rate(s.bytes(), elapsedNanos / 1e9)));
            if (s.requests() > 0) {
                text.append("           ").append(latency(s)).append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private static String latency(Summary s) {
        return String.format(Locale.ROOT, "mean %s, p50 %s, p90 %s, p99 %s, p99.9 %s, max %s", time(s.nanos() / s.requests()),
                time(s.percentile(0.5)), time(s.percentile(0.9)), time(s.percentile(0.99)), time(s.percentile(0.999)), time(s.longest()));
    }

    /** Three digits and a unit. */
    static String time(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        double value = nanos / 1e3;
        String unit = "us";
        if (nanos >= 1_000_000_000L) {
            value = nanos / 1e9;
            unit = "s";
        } else if (nanos >= 1_000_000) {
            value = nanos / 1e6;
            unit = "ms";
        }
        String digits = value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, digits, value, unit);
    }

    private void breakdown(Summary s) {
        line("  Request size and alignment breakdown:");
        List<Map.Entry<Integer, long[]>> rows = new ArrayList<>(s.sizes().entrySet());
        rows.sort(Comparator.comparingLong(e -> -requests(e.getValue())));
        long seen = 0;
        long others = 0;
        long otherBytes = 0;
        for (Map.Entry<Integer, long[]> e : rows) {
            long count = requests(e.getValue());
            if (100.0 * seen / s.requests() < threshold) {
                line("    %2d bits: %4.1f%% (%d reqs, %s total)", e.getKey(), 100.0 * count / s.requests(), count,
                        size(e.getValue()[Shapes.BYTES]));
                alignments(e.getValue(), count);
            } else {
                others += count;
                otherBytes += e.getValue()[Shapes.BYTES];
            }
            seen += count;
        }
        if (others > 0) {
            line("    other sizes: %4.1f%% (%d reqs, %s total)", 100.0 * others / s.requests(), others, size(otherBytes));
        }
        line("");
    }

    /** Of each number of bits: how many requests were aligned at least so well. */
    private void alignments(long[] row, long count) {
        long rest = count;
        for (int bits = 0; bits < Shapes.ZERO_OFFSET; bits++) {
            if (row[bits] == 0) {
                continue;
            }
            boolean last = row[bits] == rest || rest - row[bits] == row[Shapes.ZERO_OFFSET];
            if (!last && 100.0 * (count - rest) / count > threshold) {
                line("         %2d+ bit-aligned: %4.1f%% (%d)", bits, 100.0 * rest / count, rest);
                return;
            }
            line("         %2d bit aligned: %5.1f%% (%d)", bits, 100.0 * rest / count, rest);
            rest -= row[bits];
        }
    }

    private static long requests(long[] row) {
        long sum = 0;
        for (int i = 0; i <= Shapes.ZERO_OFFSET; i++) {
            sum += row[i];
        }
        return sum;
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String rate(long bytes, double time) {
        return time <= 0 ? "(n/a)" : size((long) (bytes / time));
    }

    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " bytes";
        }
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", value, UNITS[unit]);
    }
}
