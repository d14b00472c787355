package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SocketFileTest {
    @TempDir
    private Path directory;

    @Test
    void aSocketThatIsLeftIsRemoved() throws Exception {
        Path path = Files.createFile(directory.resolve("s"));
        new SocketFile(path).remove();
        assertFalse(Files.exists(path));
    }

    @Test
    void anotherOneUnderTheSameNameStays() throws Exception {
        Path path = Files.createFile(directory.resolve("s"));
        SocketFile file = new SocketFile(path);
        // moved, so that its number is not used again
        Files.move(path, directory.resolve("before"));
        Files.writeString(path, "another");
        file.remove();
        assertEquals("another", Files.readString(path));
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void oneThatTheCoreDeletesAtTheSameMomentIsNoFailure() throws Exception {
        ExecutorService core = Executors.newSingleThreadExecutor();
        try {
            CyclicBarrier both = new CyclicBarrier(2);
            for (int i = 0; i < 2000; i++) {
                Path path = Files.createFile(directory.resolve("s" + i));
                SocketFile file = new SocketFile(path);
                Future<Boolean> deleted = core.submit(() -> {
                    both.await();
                    return Files.deleteIfExists(path);
                });
                both.await();
                file.remove();
                deleted.get();
                assertFalse(Files.exists(path));
            }
        } finally {
            core.shutdownNow();
        }
    }

    @Test
    void oneThatNeverWasIsNotRemovedLater() throws Exception {
        Path path = directory.resolve("s");
        SocketFile file = new SocketFile(path);
        Files.createFile(path);
        file.remove();
        assertTrue(Files.exists(path));
    }
}
