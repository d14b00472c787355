package dev.sluice.plugin.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.contract.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImagesTest {
    private final SeededRandom random = SeededRandom.create();
    private final Images images = new Images();

    private static byte[] read(Image image, long offset, int count) {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        image.read(offset, count, buffer);
        return buffer.array();
    }

    private static byte[] all(Image image) {
        return read(image, 0, (int) image.length());
    }

    /** What an image must be like, made together with it in the simplest way. */
    private record Pair(Image image, byte[] bytes) {
    }

    private Pair make(int depth) {
        int sort = random.nextInt(depth == 0 ? 2 : 5);
        switch (sort) {
            case 0 -> {
                byte[] bytes = random.bytes(1 + random.nextInt(6000));
                return new Pair(images.bytes(bytes), bytes);
            }
            case 1 -> {
                byte[] bytes = new byte[1 + random.nextInt(20_000)];
                Arrays.fill(bytes, (byte) random.nextInt(3));
                return new Pair(new Fill(bytes[0], bytes.length), bytes);
            }
            case 2 -> {
                Pair p = make(depth - 1);
                int n = 1 + random.nextInt(1 + Math.min(50, 300_000 / Math.max(1, p.bytes.length)));
                ByteBuffer bytes = ByteBuffer.allocate(n * p.bytes.length);
                for (int i = 0; i < n; i++) {
                    bytes.put(p.bytes);
                }
                return new Pair(images.repeat(p.image, n), bytes.array());
            }
            case 3 -> {
                Pair p = make(depth - 1);
                int from = random.nextInt(p.bytes.length);
                int to = from + 1 + random.nextInt(p.bytes.length - from);
                return new Pair(images.slice(p.image, from, to), Arrays.copyOfRange(p.bytes, from, to));
            }
            default -> {
                return layout(depth);
            }
        }
    }

    private Pair layout(int depth) {
        Layouter layouter = new Layouter(images);
        byte[] bytes = new byte[0];
        for (int i = random.nextInt(10); i >= 0; i--) {
            if (random.nextBoolean()) {
                int to = random.nextInt(bytes.length + 10_000);
                layouter.moveTo(to);
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length, to));
            }
            Pair p = make(depth - 1);
            int at = (int) layouter.offset();
            layouter.append(p.image);
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length, at + p.bytes.length));
            System.arraycopy(p.bytes, 0, bytes, at, p.bytes.length);
        }
        return new Pair(layouter.build(), bytes);
    }

    @Test
    void imagesOfImagesReadAsTheArraysTheyStandFor() {
        for (int i = 0; i < 150; i++) {
            Pair p = make(4);
            assertEquals(p.bytes.length, p.image.length(), random.toString());
            assertArrayEquals(p.bytes, all(p.image), random.toString());
            for (int j = 0; j < 10; j++) {
                int from = random.nextInt(p.bytes.length);
                int count = 1 + random.nextInt(p.bytes.length - from);
                assertArrayEquals(Arrays.copyOfRange(p.bytes, from, from + count), read(p.image, from, count), random.toString());
            }
        }
    }

    @Test
    void holesAreZeroAndRunsKeepToOneSort() {
        for (int i = 0; i < 60; i++) {
            Pair p = make(3);
            long at = 0;
            while (at < p.bytes.length) {
                long end = p.image.runEnd(at);
                assertTrue(end > at && end <= p.bytes.length, random.toString());
                boolean hole = p.image.isHole(at);
                for (long b = at; b < end; b++) {
                    assertEquals(hole, p.image.isHole(b), random.toString());
                    assertTrue(!hole || p.bytes[(int) b] == 0, random.toString());
                }
                at = end;
            }
        }
    }

    @Test
    void anImageComesBackFromItsState() {
        for (int i = 0; i < 100; i++) {
            Pair p = make(4);
            List<List<Object>> state = ImageState.of(p.image);
            for (List<Object> one : state) {
                for (Object value : one) {
                    assertTrue(value.getClass().getName().startsWith("java.lang.") || value.getClass().isArray(), value.toString());
                }
            }
            assertArrayEquals(p.bytes, all(ImageState.from(state)), random.toString());
        }
    }

    @Test
    void aPartThatIsUsedTwiceStaysOnePartInTheState() {
        Image part = images.bytes(random.bytes(10_000));
        Layouter layouter = new Layouter(images);
        layouter.append(new Slice(part, 0, 9000));
        layouter.moveTo(100_000);
        layouter.append(new Slice(part, 500, 9000));
        assertEquals(4, ImageState.of(layouter.build()).size());
    }

    @Test
    void hugeRepetitionsTakeNoMemory() {
        Image exbibytes = images.repeat(images.bytes(new byte[] {1, 2, 3}), 1L << 61);
        assertArrayEquals(new byte[] {1, 2, 3, 1}, read(exbibytes, 3L << 50, 4));
        Image more = images.repeat(images.bytes(new byte[] {7}), Long.MAX_VALUE);
        assertInstanceOf(Fill.class, more);
        Image lazy = images.slice(images.repeat(images.bytes(random.bytes(5000)), 1L << 40), 1, 1L << 50);
        assertEquals((1L << 50) - 1, lazy.length());
        assertEquals(5000, read(lazy, 1L << 49, 5000).length);
    }

    @Test
    void aDiskLargerThanPossibleIsRefused() {
        Image one = images.bytes(new byte[] {1});
        assertThrows(ImageTooLarge.class, () -> images.repeat(images.repeat(one, Long.MAX_VALUE), 2));
        Layouter layouter = new Layouter(images);
        layouter.moveTo(Long.MAX_VALUE);
        assertThrows(ImageTooLarge.class, () -> layouter.append(one));
    }

    @Test
    void deepTreesAreFlattenedOrRefused() {
        Image small = images.bytes(random.bytes(5000));
        Image large = images.repeat(small, 1000);
        byte[] expected = all(small);
        for (int i = 0; i < 1000; i++) {
            Layouter layouter = new Layouter(images);
            layouter.append(small);
            layouter.append(images.bytes(new byte[] {(byte) i}));
            small = layouter.build();
            expected = Arrays.copyOf(expected, expected.length + 1);
            expected[expected.length - 1] = (byte) i;
            assertTrue(small.depth() <= 64);
        }
        assertArrayEquals(expected, all(small));
        List<Image> chain = new ArrayList<>(List.of(large));
        assertThrows(ImageTooLarge.class, () -> {
            for (int i = 0; i < 1000; i++) {
                Layouter layouter = new Layouter(images);
                layouter.append(chain.get(i));
                layouter.append(images.bytes(new byte[] {1}));
                chain.add(layouter.build());
            }
        });
    }

    @Test
    void moreMemoryThanADescriptionMayTakeIsRefused() {
        byte[] much = new byte[64 << 20];
        assertThrows(ImageTooLarge.class, () -> {
            for (int i = 0; i < 5; i++) {
                images.bytes(much);
            }
        });
    }

    @Test
    void zeroesOfAFileTakeNoMemory() {
        byte[] file = new byte[200_000];
        file[100_000] = 1;
        Image image = images.sparse(file);
        assertArrayEquals(file, all(image));
        assertTrue(image.isHole(0) && !image.isHole(100_000) && image.isHole(199_999));
    }
}
