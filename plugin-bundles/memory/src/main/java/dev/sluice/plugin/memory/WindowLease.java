package dev.sluice.plugin.memory;

import dev.sluice.api.Lease;
import dev.sluice.api.SharedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A window of the mapped file, as memory that replies may lie in. Its references are those of the file: as long as a
 * reply is being sent from it, the store does not give the pages back.
 */
final class WindowLease implements Lease {
    private final ByteBuffer window;
    private final SharedFile file;

    WindowLease(ByteBuffer window, SharedFile file) {
        this.window = window;
        this.file = file;
    }

    @Override
    public ByteBuffer memory() {
        return window;
    }

    @Override
    public Lease retain() {
        file.retain();
        return this;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
