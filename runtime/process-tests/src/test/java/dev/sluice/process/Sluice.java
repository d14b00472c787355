package dev.sluice.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the script in a directory of its own, which also takes the temporary files. */
final class Sluice {
    private static final Path SCRIPT = Path.of("..", "..", "sluice").toAbsolutePath().normalize();
    private static final long SECONDS = 120;

    final Path directory;
    final Path temporary;

    Sluice(Path directory) throws IOException {
        this.directory = directory;
        this.temporary = Files.createDirectories(directory.resolve("tmp"));
    }

    /** Starts the script and leaves it running. */
    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("TMPDIR", temporary.toString());
        return builder.redirectOutput(directory.resolve("out").toFile()).redirectError(directory.resolve("err").toFile()).start();
    }

    /** Runs the script to its end. */
    Result run(String... arguments) throws IOException, InterruptedException {
        return new Result(end(start(arguments)), Files.readString(directory.resolve("out")), errors());
    }

    /** Waits for a process that the script was, and became. */
    static int end(Process process) throws InterruptedException {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + SECONDS + " s");
        }
        return process.exitValue();
    }

    List<String> errors() throws IOException {
        return Files.readAllLines(directory.resolve("err")).stream().filter(line -> !line.contains("preparing quick starts")).toList();
    }

    /** The process whose id the file has. */
    ProcessHandle server(String pidFile) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(directory.resolve(pidFile)).strip())).orElseThrow();
    }

    /** Sends a signal and waits until the process has ended. */
    static void signal(ProcessHandle process, String name) throws Exception {
        end(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start());
        process.onExit().get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for a file that a process started before makes. */
    void await(String file, Process maker) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!Files.exists(directory.resolve(file))) {
            if (System.nanoTime() > deadline || maker.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("no file " + file + ": " + errors());
            }
        }
    }

    /** The first eight bytes that a server sends. */
    String greeting(String socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve(socket)));
            ByteBuffer magic = ByteBuffer.allocate(8);
            while (magic.hasRemaining() && channel.read(magic) >= 0) {
                continue;
            }
            return new String(magic.array(), 0, magic.position(), StandardCharsets.US_ASCII);
        }
    }

    /** What a run printed. */
    record Result(int status, String out, List<String> err) {
    }
}
