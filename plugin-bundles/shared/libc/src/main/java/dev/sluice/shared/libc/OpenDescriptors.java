package dev.sluice.shared.libc;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/** Descriptors of this process as the kernel shows them under /proc; Linux only, without native code. */
public final class OpenDescriptors {
    private static final Path INFO = Path.of("/proc/self/fdinfo");

    private OpenDescriptors() {
    }

    /** The name under which a descriptor's file can be opened again, even if it has no name elsewhere. */
    public static Path path(int descriptor) {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    /**
     * The number behind a channel, which Java does not tell but the kernel does: the channel is moved to a random
     * position, and the descriptor that shows this position is the one; a second position makes sure. Takes some
     * 20 µs for each open descriptor of the process.
     *
     * <p>The number is valid as long as the channel is open. Afterwards the channel stands at position 0; nobody else
     * may use its position meanwhile.
     *
     * @param positions how far the channel can be moved: at least 2; the size of a block device, anything for a file
     * @return empty where there is no /proc, or in the unlikely case that it can't be told
     */
    public static OptionalInt numberOf(FileChannel channel, long positions) throws IOException {
        if (!Files.isDirectory(INFO)) {
            return OptionalInt.empty();
        }
        try {
            List<Integer> candidates = all();
            for (int round = 0; round < 3 && !candidates.isEmpty(); round++) {
                long position = ThreadLocalRandom.current().nextLong(1, Math.min(positions, Integer.MAX_VALUE));
                channel.position(position);
                candidates.removeIf(number -> positionOf(number) != position);
            }
            return candidates.size() == 1 ? OptionalInt.of(candidates.get(0)) : OptionalInt.empty();
        } finally {
            channel.position(0);
        }
    }

    private static List<Integer> all() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(INFO)) {
            for (Path entry : entries) {
                numbers.add(Integer.valueOf(entry.getFileName().toString()));
            }
        }
        return numbers;
    }

    /** -1 if the descriptor has been closed meanwhile. */
    private static long positionOf(int number) {
        try {
            for (String line : Files.readAllLines(INFO.resolve(Integer.toString(number)))) {
                if (line.startsWith("pos:")) {
                    return Long.parseLong(line.substring(4).strip());
                }
            }
        } catch (IOException e) {
            // Descriptors come and go while we look; one that went is not the one we hold open.
            return -1;
        }
        return -1;
    }
}
