package dev.sluice.commandline;

import dev.sluice.api.util.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A plugin or filter that is named by a file and not by its name: a bundle, or a script that says in its first line
 * which plugin runs it.
 */
final class KindFile {
    private static final String NO_NAME = "/\\:; .,=";
    private static final int LONGEST_LINE = 4096;
    private static final String SCRIPT = "script=";
    /** The plugin that starts its script as a program. */
    private static final String RUNS_SCRIPTS = "sh";

    private KindFile() {
    }

    /** Whether a word on the command line is the name of a file: nbdkit's rule. */
    static boolean isMeant(String word) {
        return word.isEmpty() || word.chars().anyMatch(c -> NO_NAME.indexOf(c) >= 0 || Character.isISOControl(c));
    }

    /**
     * The line with a script's plugin and words in the place of the script, if the first word is one.
     *
     * @throws UsageException if the plugin would run the script, and that this program again, without an end
     */
    static OptionParser.Line expand(OptionParser.Line line, Path directory) throws UsageException {
        if (line.words().isEmpty() || !isMeant(line.words().get(0))) {
            refuseCircle(line.words(), directory);
            return line;
        }
        Path script = directory.resolve(line.words().get(0)).normalize();
        Optional<List<String>> interpreter = interpreter(script);
        if (interpreter.isEmpty()) {
            return line;
        }
        List<String> words = new ArrayList<>(interpreter.get());
        words.add(SCRIPT + script);
        words.addAll(line.words().subList(1, line.words().size()));
        refuseCircle(words, directory);
        return new OptionParser.Line(line.options(), words);
    }

    private static void refuseCircle(List<String> words, Path directory) throws UsageException {
        if (words.size() < 2 || !words.get(0).equals(RUNS_SCRIPTS)) {
            return;
        }
        String word = words.get(1);
        Path script = directory.resolve(word.startsWith(SCRIPT) ? word.substring(SCRIPT.length()) : word).normalize();
        if (interpreter(script).isPresent()) {
            throw UsageException.error("the first line of " + script + " names this program, and " + RUNS_SCRIPTS
                    + " runs the script: without an end; name the script's own shell there (#!/bin/sh)");
        }
    }

    /**
     * The plugin that a script names in its first line, {@code #!/usr/bin/nbdkit NAME}, and the words behind it; empty if
     * the file is no script for this program.
     */
    static Optional<List<String>> interpreter(Path file) {
        byte[] start = new byte[LONGEST_LINE];
        int length;
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(file)) {
            length = in.readNBytes(start, 0, start.length);
        } catch (IOException e) {
            // told by whoever opens it as a bundle
            return Optional.empty();
        }
        String line = new String(start, 0, length, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (!line.startsWith("#!")) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>(Arrays.asList(line.substring(2).strip().split("\\s+")));
        while (!words.isEmpty() && (isProgram(words.get(0), "env") || words.get(0).equals("-S"))) {
            words.remove(0);
        }
        boolean ours = words.size() > 1 && (isProgram(words.get(0), "nbdkit") || isProgram(words.get(0), "sluice"));
        return ours ? Optional.of(List.copyOf(words.subList(1, words.size()))) : Optional.empty();
    }

    private static boolean isProgram(String path, String name) {
        return path.equals(name) || path.endsWith("/" + name);
    }

    /**
     * Starts the bundle in a file.
     *
     * @return its location
     * @throws UsageException if it is none
     */
    static String start(Launcher launcher, String word, Path file, String kind) throws UsageException {
        String start = "cannot open " + kind + " " + Shell.visible(word) + ": ";
        if (!Files.exists(file)) {
            throw UsageException.error(start + "No such file or directory");
        }
        byte[] magic = new byte[4];
        try (var in = Files.newInputStream(file)) {
            in.readNBytes(magic, 0, magic.length);
        } catch (IOException e) {
            throw UsageException.error(start + Failures.reason(e));
        }
        if (magic[0] == '#' && magic[1] == '!') {
            throw UsageException.error(start + "it is a script; name the plugin that runs it, as in: sh " + Shell.quote(word));
        }
        if (magic[0] != 'P' || magic[1] != 'K') {
            throw UsageException.error(start + "it is no bundle (.jar); libraries that were built for nbdkit can't be loaded");
        }
        try {
            return launcher.startBundle(file);
        } catch (java.io.UncheckedIOException e) {
            throw UsageException.error(start + e.getCause().getMessage());
        }
    }
}
