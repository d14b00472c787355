package dev.sluice.filter.cow;

import dev.sluice.api.LayerContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.SharedFile;
import dev.sluice.api.util.Sizes;
import dev.sluice.shared.blockmap.BlockMap;
import dev.sluice.shared.blocks.ScratchFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An overlay in a file that outlives the server. Numbers are big-endian:
 *
 * <pre>
 *   0      8 bytes  "SLUICOW" and 0
 *   8      4        version of the format: 1
 *   12     4        block size
 *   16     8        size of the disk
 *   24     8        N, how many pages of the block map there is room for
 *   32     4        length of the export's name, and the name in UTF-8
 *   16384  N pages  the block map, see {@link BlockMap}; 16384 bytes each
 *   then            the disk: block n where it lies on the disk
 * </pre>
 *
 * <p>After a crash the map says no more than what the last flush knew: {@link #sync} brings the bytes to the disk before the
 * map that points at them. A map that is half written is a mix of two right ones.
 *
 * <p>The file is locked as long as it is open, also against other processes. Threads: any.
 */
final class KeptFile {
    private static final long MAGIC = 0x534c5549434f5700L;
    private static final int VERSION = 1;
    private static final int PAGE = BlockMap.PAGE_WORDS * Long.BYTES;
    private static final int BLOCKS_PER_PAGE = PAGE * 4;

    private final SharedFile file;
    private final int blockSize;
    private final long pageRoom;
    private final byte[] export;
    /** Numbers of pages of the map that the file does not have yet. */
    private final Set<Long> touched = ConcurrentHashMap.newKeySet();
    private long size;

    private KeptFile(SharedFile file, int blockSize, long size, long pageRoom, byte[] export) {
        this.file = file;
        this.blockSize = blockSize;
        this.size = size;
        this.pageRoom = pageRoom;
        this.export = export;
    }

    /**
     * Opens or makes the file.
     *
     * @param size of the disk, for a new file
     * @throws NbdException with a line that names the file and what is wrong with it
     */
    static KeptFile open(LayerContext context, Path path, String export, int blockSize, long size) throws IOException {
        SharedFile file;
        try {
            file = context.files().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        } catch (IOException e) {
            throw ScratchFile.failure("cow can't open cow-file=" + path, e);
        }
        try {
            lock(file);
            byte[] name = export.getBytes(StandardCharsets.UTF_8);
            if (file.channel().size() == 0) {
                KeptFile made = new KeptFile(file, blockSize, size, Math.max(1, pagesFor(size, blockSize)), name);
                made.writeHeader();
                return made;
            }
            return existing(file, blockSize, name);
        } catch (IOException e) {
            file.close();
            throw ScratchFile.failure("cow can't use cow-file=" + path, e);
        }
    }

    private static void lock(SharedFile file) throws IOException {
        boolean locked;
        try {
            locked = file.channel().tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw refused(file, "it is in use already");
        }
    }

    private static KeptFile existing(SharedFile file, int blockSize, byte[] name) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(PAGE);
        readFully(file, 0, header);
        header.flip();
        if (header.getLong() != MAGIC) {
            throw refused(file, "it is no overlay of cow");
        }
        int version = header.getInt();
        if (version != VERSION) {
            throw refused(file, "it has version " + version + " of the format, this cow knows version " + VERSION);
        }
        int blocks = header.getInt();
        long size = header.getLong();
        long room = header.getLong();
        byte[] export = new byte[Math.max(0, Math.min(header.getInt(), header.remaining()))];
        header.get(export);
        if (blocks != blockSize) {
            throw refused(file, "it has blocks of " + Sizes.format(blocks) + ", not of cow-block-size=" + Sizes.format(blockSize));
        }
        if (size < 0 || room < pagesFor(size, blockSize)) {
            throw refused(file, "its header is damaged");
        }
        KeptFile kept = new KeptFile(file, blockSize, size, room, export);
        if (!Arrays.equals(export, name)) {
            throw refused(file, "it belongs to export '" + new String(export, StandardCharsets.UTF_8) + "', not to '"
                    + new String(name, StandardCharsets.UTF_8) + "'");
        }
        return kept;
    }

    private static NbdException refused(SharedFile file, String why) {
        return new NbdException(NbdError.EINVAL, "cow-file=" + file.path() + ": " + why);
    }

    private static long pagesFor(long size, int blockSize) {
        long blocks = size == 0 ? 0 : (size - 1) / blockSize + 1;
        return (blocks + BLOCKS_PER_PAGE - 1) / BLOCKS_PER_PAGE;
    }

    long size() {
        return size;
    }

    /** Where the bytes of the disk are. */
    ScratchFile data() {
        return new ScratchFile(file, PAGE * (1 + pageRoom));
    }

    /** The map as the file has it. */
    BlockMap map(long maxBytes) throws IOException {
        Map<Long, long[]> pages = new TreeMap<>();
        ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE);
        long known = Math.min(pageRoom, file.channel().size() / PAGE - 1);
        for (long index = 0; index < known; index++) {
            bytes.clear();
            readFully(file, PAGE * (1 + index), bytes);
            long[] page = new long[BlockMap.PAGE_WORDS];
            bytes.flip().asLongBuffer().get(page);
            if (Arrays.stream(page).anyMatch(word -> word != 0)) {
                pages.put(index, page);
            }
        }
        return BlockMap.of(maxBytes, pages);
    }

    /** States of these blocks have changed. */
    void touched(long from, long to) {
        for (long index = from / BLOCKS_PER_PAGE; index <= (to - 1) / BLOCKS_PER_PAGE; index++) {
            touchedPage(index);
        }
    }

    void touchedPage(long index) {
        // looking first is cheap, and true for all but one of many changes
        if (!touched.contains(index)) {
            touched.add(index);
        }
    }

    /** Returns when the bytes and the map as they were when this was called are on stable storage. */
    synchronized void sync(BlockMap map) throws NbdException {
        List<Long> now = List.copyOf(touched);
        // Taken out before they are copied: a change that comes later puts its page in again.
        touched.removeAll(now);
        try {
            Map<Long, long[]> copies = new TreeMap<>();
            now.forEach(index -> copies.put(index, map.copyOfPage(index)));
            file.channel().force(false);
            if (!copies.isEmpty()) {
                write(copies);
                file.channel().force(false);
            }
        } catch (IOException e) {
            touched.addAll(now);
            throw ScratchFile.failure("flushing cow-file=" + file.path(), e);
        }
    }

    private void write(Map<Long, long[]> pages) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE);
        for (Map.Entry<Long, long[]> page : pages.entrySet()) {
            bytes.clear().asLongBuffer().put(page.getValue());
            writeFully(PAGE * (1 + page.getKey()), bytes);
        }
    }

    /** The disk has another size from now on. */
    void resize(long newSize) throws NbdException {
        if (pagesFor(newSize, blockSize) > pageRoom) {
            throw refused(file, "the disk has grown to " + newSize + " bytes, the file has room for a map of "
                    + Sizes.format(pageRoom * BLOCKS_PER_PAGE * blockSize) + " only");
        }
        size = newSize;
        writeHeader();
    }

    private void writeHeader() throws NbdException {
        ByteBuffer header = ByteBuffer.allocate(PAGE);
        header.putLong(MAGIC).putInt(VERSION).putInt(blockSize).putLong(size).putLong(pageRoom).putInt(export.length).put(export);
        try {
            writeFully(0, header.clear());
            file.channel().force(true);
        } catch (IOException e) {
            throw ScratchFile.failure("writing cow-file=" + file.path(), e);
        }
    }

    /** What a successor needs besides the file and the size. */
    Map<String, Object> release() {
        return Map.of("block-size", blockSize, "page-room", pageRoom, "export", export, "touched", List.copyOf(touched));
    }

    static KeptFile adopt(SharedFile file, long size, Map<?, ?> state) {
        KeptFile kept = new KeptFile(file, (Integer) state.get("block-size"), size, (Long) state.get("page-room"),
                (byte[]) state.get("export"));
        ((List<?>) state.get("touched")).forEach(index -> kept.touched.add((Long) index));
        return kept;
    }

    private void writeFully(long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.channel().write(bytes, at);
        }
    }

    private static void readFully(SharedFile file, long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int n = file.channel().read(into, at);
            if (n < 0) {
                throw refused(file, "it is cut off after " + at + " bytes");
            }
            at += n;
        }
    }
}
