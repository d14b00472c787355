package dev.sluice.plugin.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import dev.sluice.api.contract.RecordingReply;
import dev.sluice.shared.libc.Advice;
import dev.sluice.shared.libc.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract again, with everything that goes through other branches when the page cache is to be left alone. */
class CacheNoneTest extends PluginContract {
    private static final int SIZE = 4 << 20;

    @Override
    protected NbdPlugin newKind() {
        return new FilePlugin();
    }

    @Override
    protected String kindName() {
        return "file";
    }

    @Override
    protected List<String> words() {
        return List.of("disk", "cache=none", "fadvise=random");
    }

    @BeforeEach
    void makeTheFile() throws IOException {
        Files.write(directory.resolve("disk"), new byte[SIZE]);
    }

    private boolean isResident() throws IOException {
        LibC libc = LibC.find().orElseThrow();
        int fd = libc.open(directory.resolve("disk"), false);
        try {
            return libc.isResident(fd, 0, SIZE);
        } finally {
            libc.close(fd);
        }
    }

    /** Whether pages leave the cache here at all when they are told to; tmpfs keeps them, for example. */
    private void assumePagesCanBeDropped() throws IOException {
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        LibC libc = LibC.find().orElseThrow();
        int fd = libc.open(directory.resolve("disk"), true);
        try {
            libc.finishWriteBack(fd, 0, SIZE);
            libc.advise(fd, 0, 0, Advice.DONTNEED);
            assumeTrue(!libc.isResident(fd, 0, SIZE), "this file system does not drop its pages");
        } finally {
            libc.close(fd);
        }
    }

    @Test
    void whatWasReadLeavesThePageCache() throws Exception {
        assumePagesCanBeDropped();
        Connection c = start().connect();
        RecordingReply reply = new RecordingReply(SIZE);
        c.device().read(0, SIZE, reply);
        assertFalse(reply.kinds().contains(RecordingReply.Kind.FILE));
        reply.finish();
        assertFalse(isResident());
    }

    @Test
    void whatWasWrittenLeavesThePageCacheAtTheFlush() throws Exception {
        assumePagesCanBeDropped();
        Connection c = start().connect();
        for (int at = 0; at < SIZE; at += 1 << 18) {
            c.write(at, new byte[1 << 18], Flags.NONE);
        }
        c.device().flush();
        assertFalse(isResident());
    }

    @Test
    void withoutItDataStayInThePageCache() throws Exception {
        assumePagesCanBeDropped();
        Connection c = start(List.of("disk")).connect();
        c.write(0, new byte[SIZE], Flags.NONE);
        c.device().flush();
        assertTrue(isResident());
    }

    @Test
    void coldDataAreReadBeforeTheReplyAndNotWhileItIsSent() throws Exception {
        assumePagesCanBeDropped();
        Connection c = start(List.of("disk")).connect();
        RecordingReply cold = new RecordingReply(SIZE);
        c.device().read(0, SIZE, cold);
        RecordingReply warm = new RecordingReply(SIZE);
        c.device().read(0, SIZE, warm);
        assertFalse(cold.kinds().contains(RecordingReply.Kind.FILE));
        assertEquals(List.of(RecordingReply.Kind.FILE), warm.kinds());
        cold.finish();
        warm.finish();
    }

    @Test
    void theCacheRequestBringsDataIn() throws Exception {
        assumePagesCanBeDropped();
        Connection c = start(List.of("disk")).connect();
        c.device().cache(0, SIZE);
        // The kernel reads on its own time; a read waits for what is under way.
        c.readAll();
        assertTrue(isResident());
    }

    @Test
    void everyAdviceIsTaken() throws Exception {
        for (String advice : List.of("normal", "random", "sequential")) {
            assertEquals(SIZE, start(List.of("disk", "fadvise=" + advice)).connect().readAll().length);
        }
    }

    @Test
    void otherWordsAreRefused() {
        for (String word : List.of("fadvise=willneed", "cache=writeback")) {
            ConfigException e = assertThrows(ConfigException.class, () -> start(List.of("disk", word)));
            assertTrue(e.getMessage().contains(word.substring(word.indexOf('=') + 1)), e.getMessage());
        }
    }

    @Test
    void anEmptyFileCanBeServed() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty"));
        assertEquals(0, start(List.of("file=" + empty, "fadvise=sequential", "cache=none")).connect().info().size());
    }
}
