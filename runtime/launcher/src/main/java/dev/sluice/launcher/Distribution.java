package dev.sluice.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The unpacked distribution: {@code lib} (this jar and Felix), {@code bundles} (what every start needs),
 * {@code plugins} and {@code filters} (what a command line may name), {@code server} (what a server in a directory needs),
 * {@code observability} (what shows it to monitors),
 * {@code psk} (what TLS with shared keys needs).
 */
final class Distribution {
    private static final Pattern KIND = Pattern.compile("dev\\.sluice\\.(?:plugin|filter)\\.(.+?)-\\d.*\\.jar");

    private static final Pattern RUNNING = Pattern.compile("(?:dev\\.sluice\\.launcher|org\\.apache\\.felix\\.framework)-\\d.*\\.jar");

    private static final Set<String> PARTS = Set.of("psk");

    private final Path home;

    Distribution(Path home) {
        this.home = home;
    }

    /** What every start needs, by file name. */
    List<Path> base() throws IOException {
        return jars("bundles");
    }

    /** The launcher and the framework, which are no bundles. */
    List<Path> running() throws IOException {
        List<Path> jars = new ArrayList<>(jars("lib"));
        jars.removeIf(jar -> !RUNNING.matcher(jar.getFileName().toString()).matches());
        return jars;
    }

    /** What a server in a directory needs: another command line, and the shell. */
    List<Path> server() throws IOException {
        List<Path> jars = new ArrayList<>(base());
        jars.removeIf(jar -> jar.getFileName().toString().startsWith("dev.sluice.commandline-"));
        jars.addAll(jars("server"));
        return jars;
    }

    /**
     * The jars of plugins and filters that the command line probably names, judged by file names. A guess is enough:
     * it decides what is started before the server is ready and what after.
     */
    List<Path> named(List<String> argv) throws IOException {
        Set<String> words = new HashSet<>();
        for (String word : argv) {
            words.add(plain(word.substring(word.lastIndexOf('=') + 1)));
        }
        List<Path> named = new ArrayList<>();
        for (Path jar : kinds()) {
            Matcher kind = KIND.matcher(jar.getFileName().toString());
            if (kind.matches() && words.contains(plain(kind.group(1)))) {
                named.add(jar);
            }
        }
        return named;
    }

    /** All jars of plugins and filters, by file name. */
    List<Path> kinds() throws IOException {
        List<Path> all = new ArrayList<>(jars("plugins"));
        all.addAll(jars("filters"));
        return all;
    }

    /** What shows the server to monitors. */
    List<Path> observability() throws IOException {
        return jars("observability");
    }

    /** A part that few servers need, by file name; empty if there is no such part. */
    List<Path> part(String name) throws IOException {
        return PARTS.contains(name) ? jars(name) : List.of();
    }

    private List<Path> jars(String directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(home.resolve(directory))) {
            // no pattern: the first one of a process takes longer than all the rest here
            try (DirectoryStream<Path> found = Files.newDirectoryStream(home.resolve(directory))) {
                found.forEach(jars::add);
            }
            jars.removeIf(jar -> !jar.toString().endsWith(".jar"));
        }
        jars.sort(null);
        return jars;
    }

    private static String plain(String name) {
        return name.replace("-", "").replace("_", "").replace(".", "");
    }
}
