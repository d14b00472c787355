package dev.sluice.filter.extentlist;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of extents: extents that cover what was asked for without a gap, or one line that names the file. */
public final class ExtentListFuzz implements FuzzTarget {
    private static final long[] SIZES = {1, 4096, 1 << 20, Long.MAX_VALUE};
    private final Path file;

    /** With a file that is written anew for each input. */
    public ExtentListFuzz() {
        try {
            file = Files.createTempFile(Files.isDirectory(Path.of("/dev/shm")) ? Path.of("/dev/shm") : Path.of("/tmp"), "extents", ".list");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        file.toFile().deleteOnExit();
    }

    @Override
    public void test(byte[] input) throws IOException {
        Files.write(file, input);
        ExtentList list;
        try {
            list = ExtentListFile.read(file);
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
            Check.that(e.getMessage().contains(file.toString()), () -> "the file is not named: " + e.getMessage());
            return;
        }
        for (long size : SIZES) {
            cover(list, 0, size, size);
            cover(list, size / 3, size - size / 3, size);
            cover(list, size - 1, 1, size);
        }
    }

    private static void cover(ExtentList list, long offset, long length, long size) throws NbdException {
        long[] at = {offset};
        list.status(offset, length, size, (from, n, status) -> {
            Check.same(at[0], from, "where an extent begins");
            Check.that(n > 0 && status >= 0 && status <= 3, () -> "an extent of " + n + " with " + status);
            at[0] = n > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + n;
            return at[0] < offset + length;
        });
        Check.that(at[0] >= offset + length, () -> "the extents end at " + at[0] + ", before " + (offset + length));
    }
}
