package dev.sluice.shared.libc;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.sluice.api.NbdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * {@link LibC} through JNA, on 64-bit Linux; all that knows JNA stands in this file.
 *
 * <p>Functions are called as {@link Function} objects and not by direct mapping, although that takes 0.2 µs a call and
 * this 0.6 to 0.9: JNA keeps the class of a direct mapping for ever (tried with 5.18.1), so that each update of a
 * bundle would leave its old class loader behind. For the same reason there is no {@code com.sun.jna.Memory} and no
 * String argument, which needs one: both register with the cleaner of JNA.
 * One loader, that of whoever used JNA first, is kept on Java 17 all the same: the cleaner's thread remembers who was
 * on the stack when it started.
 */
final class JnaLibC implements LibC {
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int ENXIO = 6;
    private static final int EAGAIN = 11;
    private static final int ENOSYS = 38;

    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int MFD_CLOEXEC = 1;
    private static final int KEEP_SIZE = 1;
    private static final int PUNCH_HOLE = 2;
    private static final int ZERO_RANGE = 16;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int WAIT_BEFORE = 1;
    private static final int WRITE = 2;
    private static final int WAIT_AFTER = 4;
    private static final int RWF_NOWAIT = 8;

    private static final int PROBE_STEP = 1 << 20;

    private final Function open;
    private final Function close;
    private final Function fallocate;
    private final Function lseek;
    private final Function fadvise;
    private final Function strerror;
    /** Null where the C library is too old. */
    private final Function memfdCreate;
    /** Null where the C library is too old. */
    private final Function syncFileRange;
    /** Null where the C library is too old. */
    private final Function preadv2;
    /** An iovec, and behind it the byte it points to, which all threads overwrite and nobody looks at. */
    private final ByteBuffer probeMemory;
    private final Pointer probe;

    private JnaLibC(NativeLibrary process) {
        open = process.getFunction("open");
        close = process.getFunction("close");
        fallocate = process.getFunction("fallocate");
        lseek = process.getFunction("lseek");
        fadvise = process.getFunction("posix_fadvise");
        strerror = process.getFunction("strerror");
        memfdCreate = optional(process, "memfd_create");
        syncFileRange = optional(process, "sync_file_range");
        preadv2 = optional(process, "preadv2");
        probeMemory = ByteBuffer.allocateDirect(24).order(ByteOrder.nativeOrder());
        probe = Native.getDirectBufferPointer(probeMemory);
        probeMemory.putLong(0, Pointer.nativeValue(probe) + 16);
        probeMemory.putLong(8, 1);
    }

    /** The functions of this process; throws an UnsatisfiedLinkError if they are not there. */
    static LibC load() {
        if (Native.POINTER_SIZE != 8) {
            // off_t would have 32 bits
            throw new UnsatisfiedLinkError("this is a 32-bit process");
        }
        return new JnaLibC(NativeLibrary.getProcess());
    }

    private static Function optional(NativeLibrary process, String name) {
        try {
            return process.getFunction(name);
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    @Override
    public int open(Path path, boolean writable) throws NbdException {
        return (int) call("open " + path, open, text(path.toString()), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    }

    @Override
    public void close(int descriptor) throws NbdException {
        // Never repeated: after EINTR the descriptor is closed already and may belong to somebody else.
        if (close.invokeInt(new Object[] {descriptor}) != 0 && Native.getLastError() != EINTR) {
            throw failure("close", Native.getLastError());
        }
    }

    @Override
    public int memoryFile(String name) throws NbdException {
        if (memfdCreate == null) {
            throw failure("memfd_create", ENOSYS);
        }
        return (int) call("memfd_create", memfdCreate, text(name), MFD_CLOEXEC);
    }

    @Override
    public void punchHole(int descriptor, long offset, long length) throws NbdException {
        call("punch hole", fallocate, descriptor, PUNCH_HOLE | KEEP_SIZE, offset, length);
    }

    @Override
    public void zeroRange(int descriptor, long offset, long length) throws NbdException {
        call("zero range", fallocate, descriptor, ZERO_RANGE | KEEP_SIZE, offset, length);
    }

    @Override
    public void allocate(int descriptor, long offset, long length) throws NbdException {
        call("allocate", fallocate, descriptor, KEEP_SIZE, offset, length);
    }

    @Override
    public long seekData(int descriptor, long offset) throws NbdException {
        return seek("seek data", descriptor, offset, SEEK_DATA);
    }

    @Override
    public long seekHole(int descriptor, long offset) throws NbdException {
        return seek("seek hole", descriptor, offset, SEEK_HOLE);
    }

    private long seek(String what, int descriptor, long offset, int whence) throws NbdException {
        long position = lseek.invokeLong(new Object[] {descriptor, offset, whence});
        if (position >= 0) {
            return position;
        }
        int errno = Native.getLastError();
        if (errno == ENXIO) {
            return -1;
        }
        throw failure(what, errno);
    }

    @Override
    public void advise(int descriptor, long offset, long length, Advice advice) throws NbdException {
        // This one returns the error number and leaves errno alone.
        int errno = fadvise.invokeInt(new Object[] {descriptor, offset, length, advice.number()});
        if (errno != 0) {
            throw failure("posix_fadvise", errno);
        }
    }

    @Override
    public void startWriteBack(int descriptor, long offset, long length) throws NbdException {
        if (syncFileRange != null) {
            call("sync_file_range", syncFileRange, descriptor, offset, length, WRITE);
        }
    }

    @Override
    public void finishWriteBack(int descriptor, long offset, long length) throws NbdException {
        if (syncFileRange != null) {
            call("sync_file_range", syncFileRange, descriptor, offset, length, WAIT_BEFORE | WRITE | WAIT_AFTER);
        }
    }

    @Override
    public boolean isResident(int descriptor, long offset, int length) {
        if (preadv2 == null) {
            return true;
        }
        // Last bytes rather than first ones: a file is mostly read forwards, and readahead has the beginning of what
        // comes next.
        long end = offset + length;
        for (long at = offset + PROBE_STEP; at < end; at += PROBE_STEP) {
            if (mustWait(descriptor, at - 1)) {
                return false;
            }
        }
        return !mustWait(descriptor, end - 1);
    }

    private boolean mustWait(int descriptor, long offset) {
        return preadv2.invokeLong(new Object[] {descriptor, probe, 1, offset, RWF_NOWAIT}) < 0
                && Native.getLastError() == EAGAIN;
    }

    @Override
    public String describe(int errno) {
        return strerror.invokeString(new Object[] {errno}, false);
    }

    /** As the system wants it: in the encoding of file names, with a zero byte behind it. */
    private static byte[] text(String s) {
        byte[] bytes = s.getBytes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    private long call(String what, Function function, Object... arguments) throws NbdException {
        while (true) {
            int result = function.invokeInt(arguments);
            if (result >= 0) {
                return result;
            }
            int errno = Native.getLastError();
            if (errno != EINTR) {
                throw failure(what, errno);
            }
        }
    }

    private NbdException failure(String what, int errno) {
        String text = what + ": " + (errno == ENOENT ? "No such file" : describe(errno));
        return new NbdException(IoErrors.ofErrno(errno), text);
    }
}
