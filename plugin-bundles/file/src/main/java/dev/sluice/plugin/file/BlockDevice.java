package dev.sluice.plugin.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel says about a block device under /sys.
 *
 * @param logicalBlock in bytes; storage can only be given back or zeroed in multiples of it
 * @param preferredBlock in bytes, fit to be told to clients
 * @param rotational whether it has seek times
 */
record BlockDevice(int logicalBlock, int preferredBlock, boolean rotational) {
    private static final int DEFAULT_BLOCK = 512;
    private static final int DEFAULT_PREFERRED = 4096;
    private static final int MAX_PREFERRED = 32 << 20;

    static BlockDevice of(Path device) throws IOException {
        long number = (Long) Files.getAttribute(device, "unix:rdev");
        long major = number >> 8 & 0xfff | number >> 32 & 0xfffff000L;
        long minor = number & 0xff | number >> 12 & 0xffffff00L;
        Path own = Path.of("/sys/dev/block/" + major + ":" + minor);
        // A partition has no queue of its own; that of its disk lies beside it.
        Path queue = Files.isDirectory(own.resolve("queue")) ? own.resolve("queue") : own.resolve("../queue");
        int logical = read(queue.resolve("logical_block_size"), DEFAULT_BLOCK);
        int preferred = Math.max(read(queue.resolve("minimum_io_size"), DEFAULT_PREFERRED), DEFAULT_PREFERRED);
        if (Integer.bitCount(preferred) != 1 || preferred > MAX_PREFERRED) {
            preferred = DEFAULT_PREFERRED;
        }
        return new BlockDevice(logical, preferred, read(queue.resolve("rotational"), 0) == 1);
    }

    private static int read(Path file, int otherwise) {
        try {
            return Integer.parseInt(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            // Kernels and containers differ in what they show; the device works without.
            return otherwise;
        }
    }
}
