package dev.sluice.filter.exitwhen;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The poll of the C library: Java has no way to ask whether a pipe was closed without reading from it. A Function object
 * and no direct mapping, whose class JNA would keep for ever.
 */
final class Poll {
    private static final int ERROR = 8;
    private static final int HANG_UP = 16;
    private static final int INVALID = 32;

    private final Function poll = NativeLibrary.getProcess().getFunction("poll");

    /** Whether the other end is closed, or the descriptor itself. */
    boolean hasHungUp(int descriptor) {
        // struct pollfd: int fd; short events; short revents
        ByteBuffer entry = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        entry.putInt(0, descriptor);
        Pointer pointer = Native.getDirectBufferPointer(entry);
        int ready = poll.invokeInt(new Object[] {pointer, 1L, 0});
        // the buffer must live until here, and it does: it is read below
        int events = entry.getShort(6);
        return ready > 0 && (events & (ERROR | HANG_UP | INVALID)) != 0;
    }
}
