package dev.sluice.client.wire;

import dev.sluice.fuzz.Check;
import dev.sluice.fuzz.FuzzTarget;
import dev.sluice.fuzz.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Messages of the shell socket: a stream of them is read as it is written, a broken one ends with one line. */
public final class FrameFuzz implements FuzzTarget {
    @Override
    public void test(byte[] input) throws IOException {
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(input))) {
            int[] begun = new int[1];
            int frames = 0;
            for (Optional<Frame> f = Frame.read(in, () -> begun[0]++); f.isPresent(); f = Frame.read(in, () -> begun[0]++)) {
                frames++;
                Frame frame = f.get();
                frame.write(again);
                look(frame);
            }
            Check.same(frames, begun[0], "how often a frame began");
            Check.that(Arrays.equals(input, again.toByteArray()), () -> "what is written is not what was read");
        } catch (IOException e) {
            byte[] whole = again.toByteArray();
            Check.that(Arrays.equals(Arrays.copyOf(input, whole.length), whole), () -> "a frame was changed");
        }
        words(input);
    }

    private static void look(Frame frame) {
        Check.that(frame.payload().length <= Frame.LONGEST, () -> "a payload of " + frame.payload().length);
        Check.that(frame.status() >= 0 && frame.status() < 256, () -> "the status " + frame.status());
        try {
            List<String> words = frame.words();
            if (Frame.text((byte) 0, frame.text()).payload().length <= Frame.LONGEST) {
                Check.same(words, Frame.words(frame.type(), words).words(), "words");
            }
        } catch (IOException e) {
            Check.oneLine(e.getMessage());
        } catch (IllegalArgumentException e) {
            // replacement characters are longer than what they stand for
            Check.that(frame.payload().length > Frame.LONGEST / 3, () -> "refused although it is short: " + e.getMessage());
        }
    }

    private static void words(byte[] input) throws IOException {
        List<String> words = Text.words(input);
        Check.same(words, Frame.words(Frame.WORDS, words).words(), "words");
        Frame text = Frame.text(Frame.ERROR, Text.of(input));
        Check.that(text.payload().length <= Frame.LONGEST, () -> "a text of " + text.payload().length);
    }
}
