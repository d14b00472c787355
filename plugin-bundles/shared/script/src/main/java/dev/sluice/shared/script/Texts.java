package dev.sluice.shared.script;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.StatusSink;
import dev.sluice.api.Support;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.util.Integers;
import dev.sluice.api.util.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The formats of answers. Whatever can't be understood is EIO with the text that was there. */
final class Texts {
    private static final int MAX_EXPORTS = 10_000;

    private Texts() {
    }

    static long size(String method, String text) throws NbdException {
        try {
            return Sizes.parse(text.strip());
        } catch (ConfigException e) {
            throw wrong(method, text, e.getMessage());
        }
    }

    static BlockSizes blockSizes(String text) throws NbdException {
        String[] words = text.strip().split("\\s+");
        if (words.length != 3) {
            throw wrong("block_size", text, "three sizes are expected: minimum, preferred, maximum");
        }
        long[] n = new long[3];
        for (int i = 0; i < 3; i++) {
            n[i] = words[i].equals("-1") ? BlockSizes.UNLIMITED : size("block_size", words[i]);
        }
        try {
            return new BlockSizes(Math.toIntExact(n[0]), Math.toIntExact(n[1]), n[2]);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw wrong("block_size", text, e.getMessage());
        }
    }

    static Support support(String method, String text) throws NbdException {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "none" -> Support.NONE;
            case "emulate" -> Support.EMULATE;
            case "native" -> Support.NATIVE;
            default -> throw wrong(method, text, "none, emulate or native is expected");
        };
    }

    static ThreadModel threadModel(String text) throws NbdException {
        for (ThreadModel m : ThreadModel.values()) {
            if (m.text().equalsIgnoreCase(text.strip())) {
                return m;
            }
        }
        throw wrong("thread_model", text, "serialize_connections, serialize_all_requests, serialize_requests or parallel is expected");
    }

    /** Lines of {@code OFFSET LENGTH [TYPE]}; empty ones and comments are ignored. */
    static void extents(String text, StatusSink sink) throws NbdException {
        for (String line : text.split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words[0].isEmpty() || words[0].startsWith("#")) {
                continue;
            }
            if (words.length < 2 || words.length > 3) {
                throw wrong("extents", line, "OFFSET LENGTH [TYPE] is expected in each line");
            }
            long type = words.length == 3 ? type(line, words[2]) : 0;
            if (!sink.extent(size("extents", words[0]), size("extents", words[1]), type)) {
                return;
            }
        }
    }

    private static long type(String line, String text) throws NbdException {
        if (Character.isDigit(text.charAt(0))) {
            try {
                return Integers.parse(text, 0, MetaContext.HOLE | MetaContext.ZERO);
            } catch (ConfigException e) {
                throw wrong("extents", line, e.getMessage());
            }
        }
        long type = 0;
        for (String word : text.split(",")) {
            type |= switch (word) {
                case "hole" -> MetaContext.HOLE;
                case "zero" -> MetaContext.ZERO;
                default -> throw wrong("extents", line, "a type is a number from 0 to 3, or hole and zero with commas between them");
            };
        }
        return type;
    }

    /** A list of exports, whose first line may say how it is laid out. */
    static List<ExportInfo> exports(String text) throws NbdException {
        List<String> lines = new ArrayList<>(text.lines().toList());
        String layout = lines.isEmpty() ? "" : lines.get(0);
        boolean interleaved = layout.equals("INTERLEAVED");
        boolean halves = layout.equals("NAMES+DESCRIPTIONS");
        if (interleaved || halves || layout.equals("NAMES")) {
            lines.remove(0);
        }
        boolean described = interleaved || halves;
        if (described && lines.size() % 2 != 0) {
            throw new NbdException(NbdError.EIO, "list_exports gave " + lines.size() + " lines after " + layout
                    + "; there must be a description for each name");
        }
        int count = described ? lines.size() / 2 : lines.size();
        if (count > MAX_EXPORTS) {
            throw new NbdException(NbdError.EIO, "list_exports gave " + count + " exports; at most " + MAX_EXPORTS + " can be listed");
        }
        List<ExportInfo> exports = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String name = lines.get(interleaved ? 2 * i : i);
            exports.add(new ExportInfo(name, !described ? "" : lines.get(interleaved ? 2 * i + 1 : count + i)));
        }
        return exports;
    }

    private static NbdException wrong(String method, String text, String expected) {
        String shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return new NbdException(NbdError.EIO, method + " answered '" + shown.strip().replace('\n', ' ') + "': " + expected);
    }
}
