package dev.sluice.plugin.example2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Example2PluginTest extends PluginContract {
    private final byte[] bytes = random.bytes(100_001);

    @BeforeEach
    void file() throws IOException {
        Files.write(directory.resolve("disk"), bytes);
    }

    @Override
    protected NbdPlugin newKind() {
        return new Example2Plugin();
    }

    @Override
    protected String kindName() {
        return "example2";
    }

    @Override
    protected List<String> words() {
        return List.of("file=disk");
    }

    @Override
    protected byte[] expected(Connection connection) {
        return bytes.clone();
    }

    private String failure(String... words) {
        return assertThrows(ConfigException.class, () -> start(List.of(words))).getMessage();
    }

    @Test
    void theFileMustBeGiven() {
        assertTrue(failure().contains("file"));
        assertTrue(failure("disk").contains("disk"));
    }

    @Test
    void whatIsNoFileIsRefused() {
        assertEquals("example2: file=" + directory.resolve("gone") + " is not a file that can be read", failure("file=gone"));
        assertTrue(failure("file=.").contains(directory.toString()));
    }

    @Test
    void aFileThatIsGoneLaterIsAFailureOfThatClient() throws Exception {
        LayerHarness h = start();
        Files.delete(directory.resolve("disk"));
        assertThrows(IOException.class, h::connect);
    }

    @Test
    void theBytesAreNotCopied() throws Exception {
        Connection c = start().connect();
        assertFalse(c.info().isWritable());
        assertEquals(List.of(RecordingReply.Kind.FILE), c.readReply(1, 1000).kinds());
    }
}
