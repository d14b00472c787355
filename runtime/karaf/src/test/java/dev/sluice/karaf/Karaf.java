package dev.sluice.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A stock Karaf as a process of its own, on loopback only, without a network and without the user's Maven repository. */
final class Karaf {
    private static final long SECONDS = 120;
    private static final String ESCAPES = "\u001b\\[[0-9;?]*[a-zA-Z]";

    private final Path home;
    private final int sshPort;
    private Process process;

    /** Prepares a copy of an unpacked Karaf that has never run. @param home does not exist yet */
    Karaf(Path unpacked, Path home) throws IOException {
        this.home = home;
        try (Stream<Path> files = Files.walk(unpacked)) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve(unpacked.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        sshPort = freePort();
        edit("org.apache.karaf.shell.cfg", "(?m)^sshHost *=.*", "sshHost = 127.0.0.1");
        edit("org.apache.karaf.shell.cfg", "(?m)^sshPort *=.*", "sshPort = " + sshPort);
        edit("org.apache.karaf.management.cfg", "(?m)^rmiRegistryPort *=.*", "rmiRegistryPort = " + freePort());
        edit("org.apache.karaf.management.cfg", "(?m)^rmiServerPort *=.*", "rmiServerPort = " + freePort());
        edit("users.properties", "(?m)^#(karaf|_g_)", "$1");
        edit("org.ops4j.pax.url.mvn.cfg", "(?m)^org\\.ops4j\\.pax\\.url\\.mvn\\.repositories=(.*\\\\\\R)*.*", "");
        Files.writeString(etc("org.ops4j.pax.url.mvn.cfg"), Files.readString(etc("org.ops4j.pax.url.mvn.cfg"))
                + "\norg.ops4j.pax.url.mvn.repositories =\norg.ops4j.pax.url.mvn.localRepository = ${karaf.data}/no-local-repository\n");
    }

    /** Not one of those that the system gives away, so nobody else gets it before Karaf listens. */
    private static int freePort() {
        for (int i = 0; i < 1000; i++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_768);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // somebody has it
                continue;
            }
        }
        throw new AssertionError("no port is free");
    }

    private void edit(String file, String pattern, String replacement) throws IOException {
        String old = Files.readString(etc(file));
        String changed = old.replaceAll(pattern, replacement);
        if (changed.equals(old)) {
            throw new AssertionError(file + " has no " + pattern);
        }
        Files.writeString(etc(file), changed);
    }

    Path home() {
        return home;
    }

    /** A file of {@code etc/}. */
    Path etc(String name) {
        return home.resolve("etc").resolve(name);
    }

    /** One file of an archive. */
    static void extract(Path archive, String ending, Path target) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(ending)) {
                    Files.copy(zip, target);
                    return;
                }
            }
        }
        throw new AssertionError(archive + " has no " + ending);
    }

    /** Puts all artifacts of an archive into the Maven repository that comes with Karaf, as a mirror within reach would have them. */
    void serve(Path archive) throws IOException {
        String prefix = "repository/";
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().startsWith(prefix) && !entry.isDirectory()) {
                    Path target = home.resolve("system").resolve(entry.getName().substring(prefix.length()));
                    Files.createDirectories(target.getParent());
                    Files.copy(zip, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    /** The same bundle with another version. */
    static void version(Path jar, String version, Path target) throws IOException {
        try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
            Manifest manifest = new Manifest(in.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target), manifest)) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                    out.closeEntry();
                }
            }
        }
    }

    private ProcessBuilder script(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin").resolve(name).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("KARAF_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", "-Xmx512m -XX:-UsePerfData -XX:TieredStopAtLevel=1");
        return builder;
    }

    /** Starts it and waits until its shell answers. */
    void start() throws Exception {
        process = script("karaf", "server").redirectOutput(home.resolve("out").toFile()).start();
        await("Karaf's shell", () -> run("feature:list -i").out().contains("Started"));
    }

    /** The processes that it consists of. */
    List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    }

    /** Runs a command in its shell through {@code bin/client}, which wants an open standard input. */
    Result run(String command) {
        try {
            Process client = script("client", "-a", Integer.toString(sshPort), "-u", "karaf", "-p", "karaf", "-r", "1", command).start();
            try (InputStream out = client.getInputStream()) {
                String text = new String(out.readAllBytes(), StandardCharsets.UTF_8).replaceAll(ESCAPES, "");
                if (!client.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError("no end: " + command);
                }
                return new Result(client.exitValue(), text);
            } finally {
                client.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Runs a command that must succeed. @return what it printed */
    String ok(String command) {
        Result result = run(command);
        if (result.status() != 0) {
            throw new AssertionError(command + ": status " + result.status() + ": " + result.out());
        }
        return result.out();
    }

    /** Waits until something is true. */
    void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.isTrue()) {
            if (System.nanoTime() > deadline || process.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("not there: " + what + (process.isAlive() ? "" : ", and Karaf has ended"));
            }
        }
    }

    /** Ends it as its operator does. */
    void stop() throws Exception {
        List<ProcessHandle> all = processes();
        Process stop = script("stop").redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (!stop.waitFor(SECONDS, TimeUnit.SECONDS) || !process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("Karaf does not end");
        }
        for (ProcessHandle handle : all) {
            handle.onExit().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Ends what is left, after a failure. */
    void kill() {
        if (process != null) {
            processes().forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** What it has logged so far. */
    List<String> log() throws IOException {
        Path log = home.resolve("data/log/karaf.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    /** How a command ended, and what it printed. */
    record Result(int status, String out) {
    }

    /** Something to wait for. */
    interface Condition {
        boolean isTrue() throws Exception;
    }
}
