package dev.sluice.itests.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this JVM holds of the operating system, taken before and compared after. */
public final class LeakCheck {
    private static final Set<String> NOT_OURS = Set.of("process reaper", "Common-Cleaner", "JNA Cleaner", "FelixResolver",
            "Reference Handler", "Finalizer", "Signal Dispatcher", "Notification Thread", "Attach Listener");

    static {
        // The JDK keeps a socket of its own from the first time that one is closed.
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel.open(listener.getLocalAddress()).close();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long sockets;
    private final Set<Long> threads;

    private LeakCheck(long sockets, Set<Long> threads) {
        this.sockets = sockets;
        this.threads = threads;
    }

    /** What there is now. */
    public static LeakCheck begin() {
        return new LeakCheck(sockets(), Thread.getAllStackTraces().keySet().stream().map(Thread::getId).collect(Collectors.toSet()));
    }

    /** Waits until no more sockets are open than at the beginning. */
    public void socketsAreBack() {
        Await.until("all sockets are closed again", Duration.ofSeconds(60), () -> sockets() <= sockets,
                () -> sockets + " before, now: " + sockets());
    }

    /** Waits until all threads that were made since the beginning have ended, those of the JDK and of Felix's resolver left out. */
    public void threadsAreBack() {
        Await.until("all threads have ended", Duration.ofSeconds(60), () -> newThreads().isEmpty(), () -> "left over: " + newThreads());
    }

    private Set<String> newThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !threads.contains(t.getId()) && t.isAlive())
                .map(Thread::getName)
                .filter(n -> NOT_OURS.stream().noneMatch(n::startsWith) && !n.startsWith("junit") && !n.startsWith("ForkJoinPool"))
                .collect(Collectors.toSet());
    }

    /** Open sockets of this process. */
    public static long sockets() {
        return descriptors().entrySet().stream().filter(e -> e.getKey().startsWith("socket")).mapToLong(Map.Entry::getValue).sum();
    }

    /** Open descriptors of this process, counted by what they are. */
    public static Map<String, Long> descriptors() {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.map(LeakCheck::target).collect(Collectors.groupingBy(t -> t, TreeMap::new, Collectors.counting()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** How many descriptors this process has open. */
    public static long descriptorCount() {
        return descriptors().values().stream().mapToLong(Long::longValue).sum();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().replaceFirst("^(socket|pipe):.*", "$1");
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }
}
