package dev.sluice.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the script in a directory of its own, which also takes the temporary files. */
final class Sluice {
    static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    static final Path SCRIPT = ROOT.resolve("sluice");
    static final Path NBDKIT = ROOT.resolve("nbdkit");
    private static final long SECONDS = 120;

    final Path directory;
    final Path temporary;

    Sluice(Path directory) throws IOException {
        this.directory = directory;
        this.temporary = Files.createDirectories(directory.resolve("tmp"));
    }

    /** Starts the script and leaves it running. */
    Process start(String... arguments) throws IOException {
        return command(SCRIPT.toString(), arguments).redirectOutput(directory.resolve("out").toFile()).start();
    }

    /** A program, not started yet, whose standard input and output are pipes. */
    ProcessBuilder command(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("TMPDIR", temporary.toString());
        return builder.redirectError(directory.resolve("err").toFile());
    }

    /** Runs the script to its end. */
    Result run(String... arguments) throws IOException, InterruptedException {
        return new Result(end(start(arguments)), Files.readString(directory.resolve("out")), errors());
    }

    /** Runs another program to its end. */
    Result runProgram(String program, String... arguments) throws IOException, InterruptedException {
        Process process = command(program, arguments).redirectOutput(directory.resolve("out").toFile()).start();
        return new Result(end(process), Files.readString(directory.resolve("out")), errors());
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

    /** Whether a file is there with its content, which is written at once: for a moment it is empty. */
    boolean isWritten(String file) throws IOException {
        try {
            return Files.size(directory.resolve(file)) > 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Waits for a file that a process started before makes. */
    void await(String file, Process maker) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!isWritten(file)) {
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

    /** The size of the default export, asked for in the shortest way that the protocol has. */
    long size(String socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve(socket)));
            read(channel, 18);
            // fixed newstyle without zeroes; NBD_OPT_EXPORT_NAME with an empty name
            ByteBuffer question = ByteBuffer.allocate(20).putInt(3).putLong(0x49484156454F5054L).putInt(1).putInt(0).flip();
            while (question.hasRemaining()) {
                channel.write(question);
            }
            return read(channel, 10).getLong();
        }
    }

    private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes);
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new IOException("the server has closed the connection");
            }
        }
        return into.flip();
    }

    /** What a run printed. */
    record Result(int status, String out, List<String> err) {
    }
}
