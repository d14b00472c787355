package dev.sluice.api.contract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What stands between files and those who write them until the power goes: bytes that were written and not forced lie
 * here, and {@link #losePower} brings some of their sectors to the file, in no order, and loses the others. For
 * {@link TestFiles#through}. Writes at a position only, as the API asks for. Safe for use by several threads.
 */
public final class LosingPageCache implements UnaryOperator<FileChannel> {
    private static final int SECTOR = 512;

    private final List<Cached> channels = new ArrayList<>();
    private boolean dead;

    @Override
    public synchronized FileChannel apply(FileChannel real) {
        Cached cached = new Cached(real);
        channels.add(cached);
        return cached;
    }

    /** From now on nothing that is written arrives anywhere. */
    public synchronized void losePower(SeededRandom random) throws IOException {
        dead = true;
        for (Cached c : channels) {
            for (long sector : List.copyOf(c.sectors.keySet())) {
                if (c.real.isOpen() && random.nextBoolean()) {
                    c.bringHome(sector);
                }
            }
            c.sectors.clear();
        }
    }

    private final class Cached extends PositionalFile {
        private final FileChannel real;
        private final TreeMap<Long, byte[]> sectors = new TreeMap<>();
        private long size = -1;

        Cached(FileChannel real) {
            this.real = real;
        }

        private byte[] sector(long number) throws IOException {
            byte[] known = sectors.get(number);
            if (known != null) {
                return known;
            }
            ByteBuffer bytes = ByteBuffer.allocate(SECTOR);
            while (bytes.hasRemaining() && real.read(bytes, number * SECTOR + bytes.position()) > 0) {
                continue;
            }
            return bytes.array();
        }

        private void bringHome(long number) throws IOException {
            byte[] bytes = sectors.remove(number);
            int length = (int) Math.min(SECTOR, size() - number * SECTOR);
            ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
            while (rest.hasRemaining()) {
                real.write(rest, number * SECTOR + rest.position());
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (LosingPageCache.this) {
                long end = Math.min(size(), position + into.remaining());
                if (position >= end) {
                    return into.hasRemaining() ? -1 : 0;
                }
                for (long at = position; at < end;) {
                    int from = (int) (at % SECTOR);
                    int n = (int) Math.min(SECTOR - from, end - at);
                    into.put(sector(at / SECTOR), from, n);
                    at += n;
                }
                return (int) (end - position);
            }
        }

        @Override
        public int write(ByteBuffer from, long position) throws IOException {
            synchronized (LosingPageCache.this) {
                int all = from.remaining();
                for (long at = position; from.hasRemaining();) {
                    int to = (int) (at % SECTOR);
                    int n = Math.min(SECTOR - to, from.remaining());
                    byte[] changed = sector(at / SECTOR).clone();
                    from.get(changed, to, n);
                    sectors.put(at / SECTOR, changed);
                    at += n;
                    size = Math.max(size(), at);
                }
                return all;
            }
        }

        @Override
        public long size() throws IOException {
            return Math.max(size, real.size());
        }

        @Override
        public void force(boolean metaData) throws IOException {
            synchronized (LosingPageCache.this) {
                if (dead) {
                    throw new IOException("the power is out");
                }
                for (long sector : List.copyOf(sectors.keySet())) {
                    bringHome(sector);
                }
                real.force(metaData);
            }
        }

        @Override
        public FileLock tryLock(long position, long length, boolean shared) throws IOException {
            return real.tryLock(position, length, shared);
        }

        @Override
        public FileLock lock(long position, long length, boolean shared) throws IOException {
            return real.lock(position, length, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            // A close brings nothing to the disk; the next one that opens the file sees it all the same, unless the power went.
            synchronized (LosingPageCache.this) {
                if (!dead) {
                    for (long sector : List.copyOf(sectors.keySet())) {
                        bringHome(sector);
                    }
                }
                real.close();
            }
        }
    }
}
