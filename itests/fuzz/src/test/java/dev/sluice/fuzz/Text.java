package dev.sluice.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Inputs as text. */
public final class Text {
    private Text() {
    }

    /** As UTF-8; what is none becomes the replacement character. */
    public static String of(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    /** Words with a zero byte behind each but the last. */
    public static List<String> words(byte[] input) {
        return input.length == 0 ? List.of() : Arrays.asList(of(input).split("\0", -1));
    }
}
