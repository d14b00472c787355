package dev.sluice.shared.libc;

import dev.sluice.api.NbdException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The calls of the C library that plain Java lacks. Absent where the platform has no such calls or the native part
 * can't be loaded: callers then go on with fewer capabilities.
 *
 * <p>Descriptors are plain numbers, those of {@link #open} and {@link #memoryFile} owned by the caller. A number that
 * was closed may already stand for another file, so a caller must know that it is still open. Offsets and lengths are
 * in bytes, and never change the length of a file.
 *
 * <p>Errors: every method throws an {@link NbdException} with the error that fits errno (see {@link IoErrors}) and a
 * text that names the call. Calls that a signal broke off are repeated. Safe for use by several threads.
 */
public interface LibC {
    /**
     * The C library of this process. The first call loads it, which takes some 80 ms, and may come from any thread;
     * later calls cost nothing.
     */
    static Optional<LibC> find() {
        return LibCLoader.found();
    }

    /** Why {@link #find()} is empty: one line for the operator; empty if it is there. */
    static String whyAbsent() {
        return LibCLoader.reason();
    }

    /**
     * Opens an existing file, with close-on-exec.
     *
     * @return a descriptor to be given to {@link #close}
     */
    int open(Path path, boolean writable) throws NbdException;

    /** Closes a descriptor of {@link #open} or {@link #memoryFile}. */
    void close(int descriptor) throws NbdException;

    /**
     * A new empty file of memory that has no place in any directory, with close-on-exec (memfd_create).
     *
     * @param name only seen in /proc
     * @return a descriptor to be given to {@link #close}
     */
    int memoryFile(String name) throws NbdException;

    /** Gives the storage of a range back; it reads as zero then. */
    void punchHole(int descriptor, long offset, long length) throws NbdException;

    /** Makes a range read as zero, by marking where the file system can. */
    void zeroRange(int descriptor, long offset, long length) throws NbdException;

    /** Reserves storage for a range; its bytes stay as they are. */
    void allocate(int descriptor, long offset, long length) throws NbdException;

    /**
     * The first byte at or after {@code offset} that lies in a data extent. Moves the position of the open file
     * description, which channels with absolute positions don't use.
     *
     * @return -1 if there is none
     */
    long seekData(int descriptor, long offset) throws NbdException;

    /**
     * The first byte at or after {@code offset} that lies in a hole; the end of the file counts as one.
     *
     * @return -1 if {@code offset} is not inside the file
     */
    long seekHole(int descriptor, long offset) throws NbdException;

    /**
     * Tells the kernel what will happen to a range.
     *
     * @param length 0: up to the end of the file
     */
    void advise(int descriptor, long offset, long length, Advice advice) throws NbdException;

    /** Starts to write the dirty pages of a range to the disk, and does not wait; nothing is promised. */
    void startWriteBack(int descriptor, long offset, long length) throws NbdException;

    /** Writes the dirty pages of a range to the disk and waits; without metadata, so this is no flush. */
    void finishWriteBack(int descriptor, long offset, long length) throws NbdException;

    /**
     * Whether a range can be read without waiting for a disk, judged by one byte of each MiB and the last one; true
     * where the kernel can't tell.
     *
     * @param length 1 .. 64 MiB
     */
    boolean isResident(int descriptor, long offset, int length);

    /** The system's text for an errno, in the language of this process. */
    String describe(int errno);
}
