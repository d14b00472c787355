package dev.sluice.plugin.memory;

import dev.sluice.api.Flags;
import dev.sluice.api.ReadReply;
import dev.sluice.api.StatusSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Where the bytes of one RAM disk lie; all bytes are zero at first. One owner, the plugin; views may outlive it.
 */
interface Store extends AutoCloseable {
    /** Whether ranges can be given back and told from data: {@link View#zero} and {@link View#status} work. */
    boolean isSparse();

    /** One connection's way to the bytes; safe for use by several threads. To be made by one thread at a time. */
    View view() throws IOException;

    /** What a successor needs, for a hand-over; the values keep the references that this store owns. */
    Map<String, Object> state();

    /**
     * After a swap that was rolled back: goes on with this state if it is that of this store.
     *
     * @return whether it is
     */
    boolean takeBack(Map<String, Object> state);

    /** Gives the plugin's reference back; the memory goes with the last view and the last reply. */
    @Override
    void close() throws IOException;

    /** See {@link Store#view}; ranges are inside the disk, in bytes. */
    interface View extends AutoCloseable {
        void read(long offset, int length, ReadReply reply) throws IOException;

        void write(long offset, ByteBuffer data) throws IOException;

        /** Memory of the disk from there on, as far as it goes in one piece; null if there is none. */
        default ByteBuffer destination(long offset, int length) throws IOException {
            return null;
        }

        /** Makes the range zero and gives its storage back. */
        void zero(long offset, long length) throws IOException;

        void status(long offset, long length, Flags flags, StatusSink sink) throws IOException;

        @Override
        void close() throws IOException;
    }
}
