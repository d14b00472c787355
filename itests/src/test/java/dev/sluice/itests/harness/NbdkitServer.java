package dev.sluice.itests.harness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** nbdkit, so that the tests can be held against the model. */
public final class NbdkitServer implements Server {
    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private final String[] layers;
    private InetSocketAddress tcp;

    private NbdkitServer(Path directory, String... layers) {
        this.directory = directory;
        this.layers = layers;
    }

    /** Starts it on a Unix socket; on TCP when somebody asks. */
    public static NbdkitServer start(String... layers) throws IOException {
        NbdkitServer server = new NbdkitServer(Files.createTempDirectory("nbdkit"), layers);
        server.launch("-U", server.unix().toString());
        return server;
    }

    /** Starts it with these words on a Unix socket, and waits until it is ready or has given up. */
    public static NbdkitServer run(List<String> words) throws IOException {
        NbdkitServer server = new NbdkitServer(Files.createTempDirectory("nbdkit"));
        Path ready = server.directory.resolve("ready");
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-P", ready.toString(), "-U", server.unix().toString()));
        command.addAll(words);
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(server.directory.resolve("out").toFile()).start();
        server.processes.add(p);
        try {
            Await.until("nbdkit is ready or has given up", () -> Files.exists(ready) || !p.isAlive());
        } catch (AssertionError e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Whether it serves. */
    public boolean isRunning() {
        return processes.stream().allMatch(Process::isAlive);
    }

    private void launch(String... listen) throws IOException {
        Path ready = Files.createTempFile(directory, "ready", "");
        Files.delete(ready);
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-P", ready.toString()));
        command.addAll(Arrays.asList(listen));
        for (int i = 0; i < layers.length - 1; i++) {
            command.add("--filter=" + layers[i].split(" ")[0]);
        }
        command.addAll(Arrays.asList(layers[layers.length - 1].split(" ")));
        for (int i = 0; i < layers.length - 1; i++) {
            String[] words = layers[i].split(" ");
            command.addAll(Arrays.asList(words).subList(1, words.length));
        }
        processes.add(new ProcessBuilder(command).inheritIO().start());
        Await.until("nbdkit is ready", () -> Files.exists(ready));
    }

    @Override
    public Path unix() {
        return directory.resolve("sock");
    }

    @Override
    public InetSocketAddress tcp() throws IOException {
        if (tcp == null) {
            int port = Ports.free();
            launch("-i", "127.0.0.1", "-p", String.valueOf(port));
            tcp = new InetSocketAddress("127.0.0.1", port);
        }
        return tcp;
    }

    @Override
    public boolean isSluice() {
        return false;
    }

    @Override
    public int connections() {
        return 0;
    }

    /** In good order if it can; one that spins never looks at the signal. */
    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(NbdkitServer::end);
        try (var files = Files.list(directory)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        Files.delete(directory);
    }
}
