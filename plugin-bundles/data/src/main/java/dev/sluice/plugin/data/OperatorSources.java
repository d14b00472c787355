package dev.sluice.plugin.data;

import dev.sluice.api.LayerContext;
import dev.sluice.api.util.Failures;
import dev.sluice.shared.shell.ShellCommand;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Variables, files and scripts of the operator who started the server. Not for use by several threads. */
final class OperatorSources implements Sources {
    /** What all files and scripts of an expression may give together, in bytes. */
    private static final long MAX_BYTES = 256L << 20;

    private final Map<String, String> variables;
    private final Path directory;
    private final LayerContext context;
    /** For all scripts together, on the context's clock. */
    private final Duration scriptTime;
    private long scriptNanos;
    private long bytes;

    OperatorSources(Map<String, String> variables, Path directory, Duration scriptTime, LayerContext context) {
        this.variables = variables;
        this.directory = directory;
        this.scriptTime = scriptTime;
        this.context = context;
    }

    @Override
    public Optional<String> variable(String name) {
        String given = variables.get(name);
        return Optional.ofNullable(given == null ? System.getenv(name) : given);
    }

    @Override
    public byte[] file(String name) throws IOException {
        Path path;
        try {
            path = directory.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("no file can have this name", e);
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException("it is no regular file; what a program or a device gives is read with <(cat " + name + ")");
        }
        long rest = MAX_BYTES - bytes;
        byte[] contents;
        try (InputStream in = Files.newInputStream(path)) {
            contents = in.readNBytes((int) rest + 1);
        } catch (IOException e) {
            throw new IOException(Failures.reason(e), e);
        }
        if (contents.length > rest) {
            throw new IOException("files and scripts of an expression are at most " + (MAX_BYTES >> 20) + "M together; large files are"
                    + " served with the file plugin");
        }
        bytes += contents.length;
        return contents;
    }

    @Override
    public byte[] script(String text) throws IOException {
        long start = context.clock().getAsLong();
        byte[] output = new ShellCommand(text)
                .directory(directory)
                .deadline(scriptTime.minusNanos(scriptNanos))
                .maxOutput(MAX_BYTES - bytes)
                .run(context);
        scriptNanos += context.clock().getAsLong() - start;
        bytes += output.length;
        return output;
    }
}
