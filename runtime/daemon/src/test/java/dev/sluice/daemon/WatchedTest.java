package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedTest {
    @TempDir
    private Path directory;

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void theFirstLookFindsWhatIsThere() throws IOException {
        write("a.json", "1");
        write(".hidden.json", "1");
        write("b.txt", "1");
        Files.createDirectory(directory.resolve("c.json"));
        assertEquals(Set.of("a.json"), new Watched(directory, ".json").look(true).present());
    }

    @Test
    void aFileThatGrowsIsLeftAloneUntilItStandsStill() throws IOException {
        Watched watched = new Watched(directory, ".json");
        watched.look(true);
        write("a.json", "1");
        assertEquals(Set.of(), watched.look(false).present());
        write("a.json", "12");
        assertEquals(Set.of(), watched.look(false).present());
        assertEquals(Set.of("a.json"), watched.look(false).present());
        assertEquals(Set.of(), watched.look(false).present());
    }

    @Test
    void aFileThatIsReplacedIsNeverGone() throws IOException {
        write("a.json", "1");
        Watched watched = new Watched(directory, ".json");
        watched.look(true);
        Files.delete(directory.resolve("a.json"));
        assertEquals(Set.of(), watched.look(false).gone());
        write("a.json", "123");
        watched.look(false);
        Watched.Changes changes = watched.look(false);
        assertEquals(Set.of("a.json"), changes.present());
        assertEquals(Set.of(), changes.gone());
    }

    @Test
    void aFileThatStaysAwayIsGone() throws IOException {
        write("a.json", "1");
        Watched watched = new Watched(directory, ".json");
        watched.look(true);
        Files.delete(directory.resolve("a.json"));
        watched.look(false);
        assertEquals(Set.of("a.json"), watched.look(false).gone());
        assertEquals(Set.of(), watched.look(false).gone());
    }

    @Test
    void anAcceptedFileIsNoChange() throws IOException {
        Watched watched = new Watched(directory, ".json");
        watched.look(true);
        write("a.json", "1");
        watched.accept("a.json");
        watched.look(false);
        assertEquals(Set.of(), watched.look(false).present());
    }
}
