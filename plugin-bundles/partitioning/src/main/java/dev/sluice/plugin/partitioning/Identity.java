package dev.sluice.plugin.partitioning;

import dev.sluice.api.ConfigException;
import dev.sluice.api.HandOver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What clients have seen of the disk and must see again after a change of code: how large the files were, and the random
 * numbers in a GPT. Immutable.
 *
 * @param files whose sizes these are
 * @param sizes in bytes
 * @param disk the GUID of the disk
 * @param partitions the GUIDs of the partitions
 */
record Identity(List<Path> files, List<Long> sizes, UUID disk, List<UUID> partitions) {
    static final String FORMAT = "dev.sluice.plugin.partitioning";
    static final int VERSION = 1;

    /** A new one. */
    static Identity of(List<Path> files, List<Long> sizes) {
        List<UUID> guids = new ArrayList<>();
        files.forEach(f -> guids.add(UUID.randomUUID()));
        return new Identity(List.copyOf(files), List.copyOf(sizes), UUID.randomUUID(), List.copyOf(guids));
    }

    HandOver release() {
        return new HandOver(FORMAT, VERSION, Map.of("files", files.stream().map(Path::toString).toList(), "sizes", sizes,
                "disk", disk.toString(), "partitions", partitions.stream().map(UUID::toString).toList()));
    }

    /** That of a predecessor if it has served the same files, else this one. */
    Identity adopt(HandOver state) {
        if (!state.format().equals(FORMAT) || state.version() != VERSION) {
            throw new ConfigException("partitioning takes over state of format '" + FORMAT + "' version " + VERSION + ", not of '"
                    + state.format() + "' version " + state.version());
        }
        if (!texts(state, "files").equals(files.stream().map(Path::toString).toList())) {
            return this;
        }
        List<Long> theirs = ((List<?>) state.state().get("sizes")).stream().map(Long.class::cast).toList();
        return new Identity(files, theirs, UUID.fromString((String) state.state().get("disk")),
                texts(state, "partitions").stream().map(UUID::fromString).toList());
    }

    private static List<String> texts(HandOver state, String key) {
        return ((List<?>) state.state().get(key)).stream().map(String.class::cast).toList();
    }
}
