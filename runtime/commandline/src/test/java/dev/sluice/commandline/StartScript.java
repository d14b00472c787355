package dev.sluice.commandline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The start script in a distribution of empty files, with JDKs that are shell scripts. */
final class StartScript {
    static final Path SOURCE = Path.of("..", "..", "sluice").toAbsolutePath().normalize();

    final Path root;
    private final Map<String, String> environment = new TreeMap<>();

    StartScript(Path root) throws IOException {
        this.root = root.toRealPath();
        Files.createDirectories(root.resolve("jvms"));
        environment.put("SLUICE_JVMS", root.resolve("jvms").toString());
        environment.put("PATH", tools(root.resolve("tools")));
    }

    /** A directory with the few programs that the script needs, and no Java. */
    private static String tools(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String tool : new String[] {"sh", "cat", "mkdir", "mv", "rm", "readlink", "sleep", "setsid", "tee"}) {
            for (String place : new String[] {"/usr/bin", "/bin"}) {
                Path real = Path.of(place, tool);
                if (Files.isExecutable(real) && !Files.exists(directory.resolve(tool))) {
                    executable(directory.resolve(tool), "#!/bin/sh\nexec " + real + " \"$@\"\n");
                }
            }
        }
        return directory.toString();
    }

    /** An unpacked distribution; answers with its script. */
    Path unpacked(String name) throws IOException {
        Path home = root.resolve(name);
        contents(home);
        return Files.copy(SOURCE, Files.createDirectories(home.resolve("bin")).resolve("sluice"));
    }

    /** What a distribution has in it. */
    static void contents(Path home) throws IOException {
        Files.createDirectories(home.resolve("bundles"));
        Files.createDirectories(home.resolve("lib"));
        Files.writeString(home.resolve("lib/dev.sluice.launcher-1.jar"), "");
    }

    /** A JDK under the directory that the script looks through, whose java says which one it is. */
    Path jdk(String version) throws IOException {
        return jdk(root.resolve("jvms"), version, "[ \"$background\" = true ] && echo ready; exit 0");
    }

    /** A JDK whose java does this, with $background, $directory and the command line set; not in the run that makes the archive. */
    static Path jdk(Path where, String version, String does) throws IOException {
        Path home = where.resolve("jdk-" + version);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
        executable(home.resolve("bin/java"), "#!/bin/sh\n"
                + "while [ \"$1\" != -jar ]; do\n"
                + "  case $1 in\n"
                + "    -Dsluice.background=*) background=${1#*=} ;;\n"
                + "    -Dsluice.directory=*) directory=${1#*=} ;;\n"
                + "    -Dsluice.prepare=* | -XX:ArchiveClassesAtExit=* | -XX:AOTCacheOutput=*) exit 0 ;;\n"
                + "  esac\n"
                + "  shift\n"
                + "done\n"
                + "shift 2\n"
                + "echo \"java " + version + " $background $directory:\" \"$@\"\n"
                + does + "\n");
        return home;
    }

    static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    StartScript with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Puts a program on the PATH. */
    void tool(String name, String text) throws IOException {
        executable(root.resolve("tools").resolve(name), text);
    }

    /** Runs it to its end. */
    Result run(Path script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        return finish(root, command);
    }

    /** Runs a command to its end. */
    Result finish(Path directory, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Path err = Files.createTempFile(root, "err", "");
        Process process = builder.redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("still running after 30 s: " + command);
        }
        List<String> errors = Files.readAllLines(err).stream().filter(line -> !line.contains("preparing quick starts")).toList();
        return new Result(process.exitValue(), out, errors);
    }

    /** What a run printed. */
    record Result(int status, String out, List<String> err) {
    }
}
