package dev.sluice.plugin.java;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The sources in the README. */
final class ReadmeExamples {
    private ReadmeExamples() {
    }

    /** The one with this class. */
    static String named(String name, Path module) throws IOException {
        return Arrays.stream(Files.readString(module.resolve("README.md")).split("```"))
                .filter(block -> block.startsWith("java\n") && block.contains("class " + name + " "))
                .map(block -> block.substring("java\n".length()))
                .findFirst().orElseThrow(() -> new AssertionError("the README has no class " + name));
    }
}
