package dev.sluice.plugin.data;

import dev.sluice.api.ConfigException;
import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Expressions of {@code data}: an image whose reads agree with each other, or one line with the place. */
public final class DataFuzz implements FuzzTarget {
    private static final int WINDOW = 3000;
    private static final int MOST_RUNS = 200;

    @Override
    public void test(byte[] input) {
        String text = Text.of(input);
        Image image;
        try {
            image = Parser.parse(text, new Outside());
        } catch (ConfigException e) {
            Check.oneLine(e.getMessage());
            Check.that(e.getMessage().contains("offset ") || text.length() > Parser.MAX_TEXT, () -> "no place: " + e.getMessage());
            return;
        }
        long length = image.length();
        Check.that(length >= 0 && image.depth() >= 0, () -> "a length of " + length);
        check(image, 0);
        check(image, Math.max(0, length - WINDOW));
        check(image, length / 2);
        Image again = ImageState.from(ImageState.of(image));
        Check.same(length, again.length(), "the length after a hand-over");
        int n = (int) Math.min(WINDOW, length);
        Check.that(Arrays.equals(bytes(image, 0, n), bytes(again, 0, n)), () -> "a hand-over changes the bytes");
    }

    private static byte[] bytes(Image image, long offset, int count) {
        ByteBuffer into = ByteBuffer.allocate(count + 1);
        image.read(offset, count, into);
        Check.same(count, into.position(), "how many bytes were read");
        return into.array();
    }

    private static void check(Image image, long offset) {
        int n = (int) Math.min(WINDOW, image.length() - offset);
        byte[] whole = bytes(image, offset, n);
        int at = 0;
        for (int i = 0; i < MOST_RUNS && at < n; i++) {
            boolean hole = image.isHole(offset + at);
            long end = image.runEnd(offset + at);
            long from = offset + at;
            Check.that(end > from && end <= image.length(), () -> "a run from " + from + " to " + end + " of " + image.length());
            int next = (int) Math.min(n, end - offset);
            byte[] part = bytes(image, from, next - at);
            for (int k = at; k < next; k++) {
                int place = k;
                Check.that(part[k - at] == whole[k], () -> "the byte at " + (offset + place) + " depends on where the read begins");
                Check.that(!hole || whole[k] == 0, () -> "a hole has a byte at " + (offset + place));
            }
            at = next;
        }
    }

    /** Files and scripts are their own names; some are missing. */
    private static final class Outside implements Sources {
        @Override
        public Optional<String> variable(String name) {
            return switch (name) {
                case "a" -> Optional.of("1 2 3");
                case "b" -> Optional.of("$a*4 @10 $a");
                case "c" -> Optional.of("($c)");
                default -> Optional.empty();
            };
        }

        @Override
        public byte[] file(String name) throws IOException {
            if (name.startsWith("g")) {
                throw new IOException("No such file or directory");
            }
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] script(String text) throws IOException {
            if (text.startsWith("f")) {
                throw new IOException("it ended with status 1");
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
