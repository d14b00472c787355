package dev.sluice.itests.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's texts and sources, read from the directory that the tests run in. */
final class Checkout {
    /** A line with nothing but a file name in backquotes and a colon, an empty line, and the file in a fence. */
    private static final Pattern FILE = Pattern.compile("^`([^`\n]+)`:\n\n```\\w+\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private Checkout() {
    }

    /** The top directory. */
    static Path root() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("sluice")) && Files.isDirectory(p.resolve("api-bundle"))) {
                return p;
            }
        }
        throw new AssertionError("the tests do not run inside of a checkout");
    }

    /** The text of a file, by its path from the top. */
    static String text(String path) throws IOException {
        return Files.readString(root().resolve(path));
    }

    /** The files that a document shows in full, by the names it gives them. */
    static Map<String, String> filesIn(String document) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        Matcher m = FILE.matcher(text(document));
        while (m.find()) {
            if (files.put(m.group(1), m.group(2)) != null) {
                throw new AssertionError(document + " shows " + m.group(1) + " twice");
            }
        }
        return files;
    }

    /** The names of the directories below one that hold a bundle each. */
    static List<String> bundles(String below) throws IOException {
        try (Stream<Path> all = Files.list(root().resolve(below))) {
            return all.filter(d -> Files.isDirectory(d.resolve("src/main"))).map(d -> d.getFileName().toString()).sorted().toList();
        }
    }

    /** All documents: those at the top, in docs, and the README of every module. */
    static List<Path> documents() throws IOException {
        try (Stream<Path> all = Files.walk(root(), 4)) {
            return all.filter(p -> p.toString().endsWith(".md"))
                    .filter(p -> Stream.of("target", ".git", "src").noneMatch(n -> root().relativize(p).toString().contains(n + "/")))
                    .sorted().toList();
        }
    }
}
