package dev.sluice.shared.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LibCTest {
    private static final Path SHM = Path.of("/dev/shm");
    private static final int MIB = 1 << 20;

    @TempDir
    private Path disk;

    private LibC libc;

    /** The file systems that the tests run on: that of the temporary directory, and tmpfs. */
    static Stream<String> fileSystems() {
        return Stream.of("disk", "tmpfs");
    }

    @BeforeEach
    void findLibC() {
        assumeTrue(LibC.find().isPresent(), LibC::whyAbsent);
        libc = LibC.find().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("fileSystems")
    void aPunchedHoleReadsAsZeroAndKeepsTheSize(String where) throws IOException {
        with(where, fd -> {
            libc.punchHole(fd, 4096, 8192);
            return true;
        }, bytes -> bytes.length == MIB && bytes[4095] == 7 && bytes[4096] == 0 && bytes[12287] == 0 && bytes[12288] == 7);
    }

    @ParameterizedTest
    @MethodSource("fileSystems")
    void aHoleMayBeginAndEndAnywhere(String where) throws IOException {
        with(where, fd -> {
            libc.punchHole(fd, 1, MIB - 2);
            return true;
        }, bytes -> bytes[0] == 7 && bytes[1] == 0 && bytes[MIB - 2] == 0 && bytes[MIB - 1] == 7);
    }

    @ParameterizedTest
    @MethodSource("fileSystems")
    void aZeroedRangeReadsAsZero(String where) throws IOException {
        with(where, fd -> {
            libc.zeroRange(fd, 100, 200);
            return true;
        }, bytes -> bytes[99] == 7 && bytes[100] == 0 && bytes[299] == 0 && bytes[300] == 7);
    }

    @ParameterizedTest
    @MethodSource("fileSystems")
    void seekFindsDataAndHoles(String where) throws IOException {
        with(where, fd -> {
            libc.punchHole(fd, 0, 512 << 10);
            boolean ok = libc.seekData(fd, 0) == 512 << 10
                    && libc.seekHole(fd, 0) == 0
                    && libc.seekHole(fd, 600 << 10) == MIB
                    && libc.seekData(fd, MIB) == -1;
            libc.punchHole(fd, 0, MIB);
            return ok && libc.seekData(fd, 0) == -1;
        }, bytes -> true);
    }

    @Test
    void allocatingTurnsAHoleIntoSpaceThatStaysZero() throws IOException {
        with("disk", fd -> {
            libc.punchHole(fd, 0, MIB);
            libc.allocate(fd, 0, MIB);
            return true;
        }, bytes -> Arrays.equals(bytes, new byte[MIB]));
    }

    @Test
    void adviceAndWriteBackAreTaken() throws IOException {
        with("disk", fd -> {
            libc.startWriteBack(fd, 0, MIB);
            libc.finishWriteBack(fd, 0, MIB);
            for (Advice advice : Advice.values()) {
                libc.advise(fd, 0, 0, advice);
            }
            return true;
        }, bytes -> true);
    }

    @Test
    void droppedPagesAreNotResidentAndReadOnesAre() throws IOException {
        Path file = disk.resolve("cold");
        Files.write(file, new byte[4 * MIB]);
        int fd = libc.open(file, false);
        try {
            assertTrue(libc.isResident(fd, 0, 4 * MIB), "just written");
            libc.finishWriteBack(fd, 0, 4 * MIB);
            libc.advise(fd, 0, 0, Advice.DONTNEED);
            assumeTrue(!libc.isResident(fd, 0, 4 * MIB), "this file system does not drop its pages or can't tell");
            Files.readAllBytes(file);
            assertTrue(libc.isResident(fd, 0, 4 * MIB), "just read");
        } finally {
            libc.close(fd);
        }
    }

    @Test
    void aMemoryFileCanBeOpenedAgainThroughProc() throws IOException {
        int fd = libc.memoryFile("test");
        try (FileChannel first = FileChannel.open(OpenDescriptors.path(fd), StandardOpenOption.WRITE);
                FileChannel second = FileChannel.open(OpenDescriptors.path(fd), StandardOpenOption.READ)) {
            first.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            ByteBuffer back = ByteBuffer.allocate(3);
            second.read(back, 0);
            assertArrayEquals(new byte[] {1, 2, 3}, back.array());
        } finally {
            libc.close(fd);
        }
    }

    @Test
    void aClosedDescriptorIsAnError() throws IOException {
        int fd = libc.memoryFile("test");
        libc.close(fd);
        NbdException e = assertThrows(NbdException.class, () -> libc.punchHole(Integer.MAX_VALUE, 0, 1));
        assertEquals(NbdError.EIO, e.error());
        assertEquals("punch hole: Bad file descriptor", e.getMessage());
    }

    @Test
    void anAbsentFileIsNamed() {
        NbdException e = assertThrows(NbdException.class, () -> libc.open(Path.of("/nonexistent/x"), false));
        assertEquals("open /nonexistent/x: No such file", e.getMessage());
    }

    @Test
    void namesOutsideAsciiAreOpened() throws IOException {
        assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "file names of this process are not UTF-8");
        Path file = Files.createFile(disk.resolve("größe-\u65e5"));
        libc.close(libc.open(file, true));
    }

    @Test
    void anOperationThatTheFileSystemLacksIsNotSupported() throws IOException {
        int fd = libc.memoryFile("test");
        try {
            // tmpfs has no zero range; a kernel that has learned it makes the test pointless, not wrong.
            libc.zeroRange(fd, 0, 4096);
        } catch (NbdException e) {
            assertEquals(NbdError.ENOTSUP, e.error());
        } finally {
            libc.close(fd);
        }
    }

    private void with(String where, Action action, Predicate<byte[]> check) throws IOException {
        Path directory = where.equals("tmpfs") ? SHM : disk;
        assumeTrue(Files.isWritable(directory), () -> directory + " is not there");
        Path file = Files.createTempFile(directory, "libc", ".test");
        try {
            byte[] sevens = new byte[MIB];
            Arrays.fill(sevens, (byte) 7);
            Files.write(file, sevens);
            int fd = libc.open(file, true);
            try {
                assertTrue(action.run(fd));
            } catch (NbdException e) {
                assumeTrue(e.error() != NbdError.ENOTSUP, () -> where + ": " + e.getMessage());
                throw e;
            } finally {
                libc.close(fd);
            }
            assertTrue(check.test(Files.readAllBytes(file)));
            assertFalse(Files.size(file) != MIB);
        } finally {
            Files.delete(file);
        }
    }

    private interface Action {
        boolean run(int descriptor) throws IOException;
    }
}
