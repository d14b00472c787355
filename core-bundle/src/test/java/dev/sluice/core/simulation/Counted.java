package dev.sluice.core.simulation;

import dev.sluice.api.Flags;
import dev.sluice.api.NbdDevice;
import dev.sluice.api.NbdException;
import dev.sluice.api.ReadReply;
import dev.sluice.api.util.ForwardingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A device of a filter that counts who is inside. */
class Counted extends ForwardingDevice {
    private final Inside inside;
    private final Serial serial;

    Counted(NbdDevice next, Inside inside, Serial serial) {
        super(next);
        this.inside = inside;
        this.serial = serial;
    }

    void begin() throws NbdException {
        // most begin at once
    }

    private interface Call {
        void run() throws IOException;
    }

    private void counted(String what, Call call) throws IOException {
        inside.enter(what);
        if (serial != null) {
            serial.enter();
        }
        try {
            begin();
            call.run();
        } finally {
            if (serial != null) {
                serial.exit();
            }
            inside.exit();
        }
    }

    @Override
    public void read(long offset, int length, ReadReply reply) throws IOException {
        counted("read", () -> next.read(offset, length, reply));
    }

    @Override
    public void write(long offset, ByteBuffer data, Flags flags) throws IOException {
        counted("write", () -> next.write(offset, data, flags));
    }

    @Override
    public void flush() throws IOException {
        counted("flush", next::flush);
    }

    @Override
    public void trim(long offset, long length, Flags flags) throws IOException {
        counted("trim", () -> next.trim(offset, length, flags));
    }

    @Override
    public void zero(long offset, long length, Flags flags) throws IOException {
        counted("zero", () -> next.zero(offset, length, flags));
    }
}
