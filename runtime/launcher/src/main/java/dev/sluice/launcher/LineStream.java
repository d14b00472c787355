package dev.sluice.launcher;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.function.Consumer;

/** Cuts what is written into lines; a line longer than 8 KiB is passed on in pieces, so that nothing piles up. */
final class LineStream extends OutputStream {
    private static final int LONGEST = 8192;

    private final Consumer<String> lines;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    LineStream(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n') {
            pass();
        } else if (b != '\r') {
            pending.write(b);
            if (pending.size() >= LONGEST) {
                pass();
            }
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    private void pass() {
        // the charset that PrintStream encodes with when it is given none
        String line = pending.toString(Charset.defaultCharset());
        pending.reset();
        lines.accept(line);
    }
}
