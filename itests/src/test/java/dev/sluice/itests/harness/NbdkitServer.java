package dev.sluice.itests.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
            int port;
            try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = s.getLocalPort();
            }
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

    @Override
    public void close() throws IOException {
        processes.forEach(Process::destroy);
        Await.until("nbdkit has ended", () -> processes.stream().noneMatch(Process::isAlive));
        try (var files = Files.list(directory)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        Files.delete(directory);
    }
}
