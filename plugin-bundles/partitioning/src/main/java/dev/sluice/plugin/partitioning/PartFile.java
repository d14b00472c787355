package dev.sluice.plugin.partitioning;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameters;
import dev.sluice.api.util.Integers;
import dev.sluice.api.util.Sizes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A file that becomes a partition, and what was said in front of it. Immutable.
 *
 * @param alignment the partition starts at a multiple of this, in bytes
 * @param mbrId its type with an MBR
 * @param typeGuid its type with a GPT
 */
record PartFile(Path path, long alignment, int mbrId, UUID typeGuid) {
    static final int SECTOR = 512;
    private static final long MAX_ALIGNMENT = 1 << 20;
    private static final int LINUX = 0x83;
    private static final UUID LINUX_GUID = UUID.fromString("0fc63daf-8483-4772-8e79-3d69d8477de4");
    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /** All of them. Each word about partitions holds for the files behind it. */
    static List<PartFile> from(Parameters parameters) {
        Iterator<Path> paths = parameters.paths("file").iterator();
        List<PartFile> files = new ArrayList<>();
        long alignment = MAX_ALIGNMENT;
        int mbrId = LINUX;
        UUID typeGuid = LINUX_GUID;
        for (Parameters.Word word : parameters.words()) {
            switch (word.name()) {
                case "alignment" -> alignment = alignment(word);
                case "mbr-id" -> mbrId = mbrId(word);
                case "type-guid" -> typeGuid = typeGuid(word);
                case "file" -> files.add(new PartFile(paths.next(), alignment, mbrId, typeGuid));
                default -> {
                    // says nothing about a partition
                }
            }
        }
        return files;
    }

    private static long alignment(Parameters.Word word) {
        long alignment = Sizes.parse(word.value());
        if (alignment < SECTOR || alignment > MAX_ALIGNMENT || alignment % SECTOR != 0) {
            throw wrong(word, "it must be a multiple of 512, at most 1M");
        }
        return alignment;
    }

    private static int mbrId(Parameters.Word word) {
        if (word.value().equals("default")) {
            return LINUX;
        }
        String right = "it must be default or a number from 0 to 0xff, such as 0x83";
        long id;
        try {
            id = Integers.parse(word.value());
        } catch (ConfigException e) {
            throw wrong(word, right);
        }
        if (id < 0 || id > 0xff) {
            throw wrong(word, right);
        }
        return (int) id;
    }

    private static UUID typeGuid(Parameters.Word word) {
        String text = word.value();
        if (text.equals("default")) {
            return LINUX_GUID;
        }
        if (text.startsWith("{") && text.endsWith("}")) {
            text = text.substring(1, text.length() - 1);
        }
        if (!GUID.matcher(text).matches()) {
            throw wrong(word, "it must be default or a GUID, such as " + LINUX_GUID);
        }
        return UUID.fromString(text);
    }

    private static ConfigException wrong(Parameters.Word word, String right) {
        return new ConfigException("partitioning: " + word.name() + "=" + word.value() + ": " + right);
    }
}
