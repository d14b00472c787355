package dev.sluice.chains;

import dev.sluice.chains.Effect.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** How each filter can be configured at random, and what it then means. Null: it can't stand there. */
final class FilterWords {
    private static final Map<String, Function<Place, Effect>> ALL = new TreeMap<>();

    static {
        ALL.put("blocksize", FilterWords::blocksize);
        ALL.put("blocksize-policy", FilterWords::blocksizePolicy);
        ALL.put("cache", FilterWords::cache);
        ALL.put("checkwrite", p -> Effect.same("checkwrite", Rule.REFUSES_CHANGES, Rule.SHIELDS, Rule.NOT_DURABLE));
        ALL.put("cow", p -> Effect.same("cow cow-block-size=" + p.any("4K", "64K") + " cow-on-cache=" + p.any("true", "false")
                + " cow-on-read=" + p.any("true", "false"), Rule.SHIELDS, Rule.NOT_DURABLE).telling(1));
        ALL.put("delay", p -> Effect.same("delay rdelay=0 wdelay=0 delay-cache=1us"));
        ALL.put("error", p -> Effect.same("error error=" + p.any("EIO", "ENOSPC", "EPERM", "EINVAL") + " error-rate=30% error-file="
                + p.directory().resolve("faults"), Rule.INJECTS));
        ALL.put("exitlast", p -> Effect.same("exitlast"));
        ALL.put("exitwhen", p -> Effect.same("exitwhen exit-when-file-created=" + p.file("none")));
        ALL.put("exportname", p -> Effect.same("exportname default-export=x exportname-list=keep"));
        ALL.put("extentlist", FilterWords::extentlist);
        ALL.put("fua", FilterWords::fua);
        ALL.put("ip", p -> Effect.same("ip allow=all"));
        ALL.put("limit", p -> Effect.same("limit limit=0"));
        ALL.put("log", p -> Effect.same("log logfile=" + p.file("log")));
        ALL.put("multi-conn", p -> Effect.same("multi-conn multi-conn-mode=" + (p.flush() ? p.any("auto", "disable") : "disable")
                + " multi-conn-track-dirty=" + p.any("fast", "connection", "off")));
        ALL.put("nocache", p -> Effect.same("nocache cachemode=" + p.any("none", "emulate", "nop")));
        ALL.put("noextents", p -> Effect.same("noextents"));
        ALL.put("nofilter", p -> Effect.same("nofilter"));
        ALL.put("noparallel", p -> Effect.same("noparallel serialize=" + p.any("requests", "all-requests", "connections")));
        ALL.put("nozero", p -> Effect.same("nozero zeromode=" + p.any("none", "emulate") + " fastzeromode="
                + p.any("default", "none", "slow", "ignore")));
        ALL.put("offset", FilterWords::offset);
        ALL.put("partition", FilterWords::partition);
        ALL.put("pause", p -> Effect.same("pause pause-control=" + p.file("pause")));
        ALL.put("protect", p -> Effect.same("protect protect=" + p.any("~", "") + p.random().nextInt(p.size() + 1) + "-"
                + (p.size() + p.random().nextInt(1000)), Rule.REFUSES_CHANGES));
        ALL.put("rate", p -> Effect.same("rate rate=1T client-rate=1T connection-rate=1T"));
        ALL.put("readahead", p -> Effect.same("readahead"));
        ALL.put("readonly", p -> p.random().nextBoolean() ? Effect.same("readonly")
                : Effect.same("readonly readonly-file=" + p.file("none")));
        ALL.put("retry", p -> Effect.same("retry retries=" + p.any("0", "2") + " retry-delay=1us retry-exponential=false"));
        ALL.put("retry-request", p -> Effect.same("retry-request retry-request-retries=" + p.any("1", "3") + " retry-request-delay=1us"));
        ALL.put("rotational", p -> Effect.same("rotational rotational=" + p.any("true", "false")));
        ALL.put("stats", p -> Effect.same("stats statsfile=" + p.file("stats")));
        ALL.put("swab", FilterWords::swab);
        ALL.put("time-limit", p -> Effect.same("time-limit"));
        ALL.put("truncate", FilterWords::truncate);
    }

    private FilterWords() {
    }

    /** The names of all that are known here. */
    static Iterable<String> names() {
        return ALL.keySet();
    }

    /** A filter at this place; empty if it can't stand there. */
    static Optional<Effect> at(String name, Place place) {
        return Optional.ofNullable(ALL.get(name)).map(f -> f.apply(place));
    }

    private static Effect blocksize(Place p) {
        int minimum = Math.max(p.minimum(), p.any(1, 512, 4096, 65536));
        int block = Math.max(minimum, p.told());
        return p.size() < block ? null
                : Effect.of("blocksize minblock=" + minimum + " maxdata=" + p.any(65536, 131072) + " maxlen=" + p.any(65536, 1 << 20),
                        b -> Arrays.copyOf(b, b.length / block * block)).telling(1);
    }

    private static Effect blocksizePolicy(Place p) {
        int minimum = Math.max(p.minimum(), p.any(1, 512, 4096));
        return Effect.same("blocksize-policy blocksize-minimum=" + minimum + " blocksize-preferred=4096 blocksize-maximum=32M"
                + " blocksize-error-policy=" + p.any("allow", "error", "strict-error"), Rule.REFUSES_SHAPES).telling(minimum);
    }

    private static Effect cache(Place p) {
        String mode = p.any("writeback", "writethrough", "unsafe");
        String line = "cache cache=" + mode + " cache-min-block-size=" + p.any("4K", "64K") + " cache-on-read=" + p.any("true", "false")
                + p.any("", " cache-max-size=128K");
        return switch (mode) {
            case "unsafe" -> Effect.same(line, Rule.NOT_DURABLE, Rule.TRIM_FORGETS).telling(1);
            default -> Effect.same(line, Rule.TRIM_FORGETS).telling(1);
        };
    }

    /** All of it is data, which is never wrong. */
    private static Effect extentlist(Place p) {
        try {
            Files.writeString(Path.of(p.file("list")), "0 1G\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Effect.same("extentlist extentlist=" + p.file("list"));
    }

    private static Effect partition(Place p) {
        int sectors = Hardware.partitionSectors(p.size());
        return p.number() > 0 || sectors == 0 ? null
                : Effect.of("partition partition=1 partition-sectorsize=512",
                        b -> Arrays.copyOfRange(b, Hardware.PARTITION, Hardware.PARTITION + sectors * Hardware.SECTOR));
    }

    private static Effect fua(Place p) {
        String mode = p.any("none", "pass", "discard");
        if (p.number() == 0 && p.random().nextBoolean()) {
            // what the layer behind must be able to do for that is only known of the hardware
            mode = p.flush() ? "emulate" : p.fua() ? p.any("native", "force") : mode;
        }
        String line = "fua fuamode=" + mode + " flush-on-close=" + p.any("true", "false");
        return mode.equals("discard") ? Effect.same(line, Rule.NOT_DURABLE) : Effect.same(line);
    }

    private static Effect offset(Place p) {
        int offset = p.aligned(p.size());
        if (p.random().nextBoolean()) {
            return Effect.of("offset offset=" + offset, b -> Arrays.copyOfRange(b, offset, b.length));
        }
        int range = p.aligned(p.size() - offset);
        return Effect.of("offset offset=" + offset + " range=" + range, b -> Arrays.copyOfRange(b, offset, offset + range));
    }

    private static Effect swab(Place p) {
        int width = p.any(1, 2, 4, 8);
        return Effect.of("swab swab-bits=" + width * 8, b -> swapped(b, width), Rule.REFUSES_SHAPES).telling(Math.max(width, p.told()));
    }

    private static byte[] swapped(byte[] bytes, int width) {
        byte[] swapped = new byte[bytes.length / width * width];
        for (int i = 0; i < swapped.length; i++) {
            swapped[i] = bytes[i / width * width + width - 1 - i % width];
        }
        return swapped;
    }

    private static Effect truncate(Place p) {
        int step = Math.max(p.minimum(), p.any(1, 512, 4096));
        return switch (p.random().nextInt(4)) {
            case 0 -> Effect.of("truncate round-up=" + step, b -> Arrays.copyOf(b, (b.length + step - 1) / step * step),
                    Rule.REFUSES_CHANGES);
            case 1 -> Effect.of("truncate round-down=" + step, b -> Arrays.copyOf(b, b.length / step * step));
            case 2 -> {
                int size = p.aligned(p.size());
                yield Effect.of("truncate truncate=" + size, b -> Arrays.copyOf(b, size));
            }
            default -> {
                int size = p.size() + p.aligned(50_000);
                yield Effect.of("truncate truncate=" + size, b -> Arrays.copyOf(b, size), Rule.REFUSES_CHANGES);
            }
        };
    }
}
