package dev.sluice.itests.server;

import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code ./sluice server} in a directory of its own, and {@code ./sluice shell} for it. */
public final class Daemon {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path base = Files.createTempDirectory("sl");
    private final Path temporary = Files.createDirectory(base.resolve("tmp"));
    private ProcessHandle process;

    /** A server that has not started, in a directory of its own. */
    public Daemon() throws IOException {
        // makes the directories
    }

    /** The directory of the server; not there before the first start unless the test makes it. */
    public Path directory() {
        return base.resolve("d");
    }

    /** Where the server puts temporary files. */
    public Path temporary() {
        return temporary;
    }

    /** The start script. */
    static Path script() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("sluice")) && Files.isDirectory(p.resolve("api-bundle"))) {
                return p.resolve("sluice");
            }
        }
        throw new AssertionError("the tests do not run inside of a checkout");
    }

    /** A jar of the distribution. */
    static Path jar(String name) throws IOException {
        try (Stream<Path> files = Files.walk(script().resolveSibling("runtime/distribution/target"), 3)) {
            return files.filter(f -> f.getFileName().toString().matches(name + "-\\d.*\\.jar")).findFirst()
                    .orElseThrow(() -> new AssertionError("the distribution has no " + name));
        }
    }

    /** The same code as a bundle of another version. */
    static void copyAs(String version, Path jar, Path to) throws IOException {
        Path fresh = Files.createTempFile(to.getParent(), ".copy", "");
        try (InputStream file = Files.newInputStream(jar); JarInputStream in = new JarInputStream(file)) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream out = Files.newOutputStream(fresh); JarOutputStream copy = new JarOutputStream(out, manifest)) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    copy.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(copy);
                    copy.closeEntry();
                }
            }
        }
        Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Starts the server and waits until it is ready. */
    public Tool tryToStart(Object... options) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of("env", "TMPDIR=" + temporary, script(), "server", "--dir", directory(), "-P",
                base.resolve("pid")));
        command.addAll(List.of(options));
        Tool tool = Tool.run(PATIENCE, command.toArray());
        if (tool.exit() == 0) {
            process = ProcessHandle.of(Long.parseLong(Files.readString(base.resolve("pid")).strip())).orElseThrow();
        }
        return tool;
    }

    /** Starts the server in a shell that has run this before. */
    Daemon startWithLimit(String limit) throws IOException, InterruptedException {
        return startFrom("bash", "-c", limit + "; exec \"$@\"", "bash", "env", "TMPDIR=" + temporary);
    }

    /** Starts the server with more options for its JVM. */
    Daemon startWithOptions(String options) throws IOException, InterruptedException {
        return startFrom("env", "TMPDIR=" + temporary, "JVM_OPTIONS=" + options);
    }

    private Daemon startFrom(Object... before) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(script(), "server", "--dir", directory(), "-P", base.resolve("pid")));
        Tool.run(PATIENCE, command.toArray()).ok();
        process = ProcessHandle.of(Long.parseLong(Files.readString(base.resolve("pid")).strip())).orElseThrow();
        return this;
    }

    /** The id of the process. */
    long pid() {
        return process.pid();
    }

    /** Sends a signal. */
    void signal(String name) throws IOException, InterruptedException {
        Tool.run("kill", "-" + name, Long.toString(process.pid())).ok();
    }

    /** Starts the server, or fails. */
    public Daemon start(Object... options) throws IOException, InterruptedException {
        tryToStart(options).ok();
        return this;
    }

    /** Runs a command in the server. */
    public Tool shell(Object... words) throws IOException, InterruptedException {
        List<Object> command = new ArrayList<>(List.of(script(), "shell", "--dir", directory()));
        command.addAll(List.of(words));
        return Tool.run(PATIENCE, command.toArray());
    }

    /** What a command printed; fails unless it succeeded. */
    public String said(Object... words) throws IOException, InterruptedException {
        return shell(words).ok().out().strip();
    }

    /** Waits until the list of exports and listeners has this text in it. */
    public void awaitList(String part) {
        awaitSaid(part, "nbd:list");
    }

    /** Waits until a command prints this text among others. */
    public void awaitSaid(String part, Object... words) {
        awaitFound(Pattern.quote(part), words);
    }

    /** Waits until something in what a command prints matches this regular expression. */
    public void awaitFound(String regex, Object... words) {
        Pattern pattern = Pattern.compile(regex);
        Await.until(List.of(words) + " says " + regex, PATIENCE, () -> {
            try {
                return pattern.matcher(shell(words).out()).find();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }, this::log);
    }

    /** All that was logged. */
    public String log() {
        try {
            return Files.readString(directory().resolve("log/server.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Puts a configuration into etc/, as an editor does. */
    public void configure(String file, String json) throws IOException {
        Files.createDirectories(directory().resolve("etc"));
        Path fresh = Files.writeString(directory().resolve("etc/." + file + ".swp"), json);
        Files.move(fresh, directory().resolve("etc").resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Puts an export {@code stuck} into etc/ whose reads never return. */
    void configureStuck() throws Exception {
        Path fifo = directory().resolve("never");
        Tool.run("mkfifo", fifo).ok();
        Path script = Files.writeString(directory().resolve("stuck.sh"), """
                #!/bin/sh
                case $1 in
                get_size) echo 1048576 ;;
                pread) read x < %s ;;
                *) exit 2 ;;
                esac
                """.formatted(fifo));
        Tool.run("chmod", "755", script).ok();
        configure("dev.sluice.export~stuck.json", "{\"layers\": [\"sh " + script + "\"], \"drain\": \"1s\"}");
    }

    /** A client that has opened an export. */
    public Session client(String export) throws IOException {
        return RawNbdClient.greeted(UnixDomainSocketAddress.of(directory().resolve("nbd.sock"))).structured().go(export);
    }

    /** Sends a signal and waits for the end. */
    public void end(String signal) throws Exception {
        Tool.run("kill", "-" + signal, Long.toString(process.pid())).ok();
        process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        process = null;
    }

    /** Ends the server if it still runs, and deletes its directory. */
    public void close() throws Exception {
        if (process != null) {
            end("KILL");
        }
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
