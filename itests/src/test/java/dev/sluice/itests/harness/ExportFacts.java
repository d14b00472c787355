package dev.sluice.itests.harness;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the server said of an export.
 *
 * @param size in bytes
 * @param flags transmission flags
 * @param name if it was told, else null
 * @param description if it was told, else null
 * @param blockSizes minimum, preferred, maximum if they were told, else null
 */
public record ExportFacts(long size, int flags, String name, String description, long[] blockSizes) {
    /** Collects the INFO replies. */
    public static ExportFacts of(List<OptionReply> replies) {
        long size = -1;
        int flags = 0;
        String name = null;
        String description = null;
        long[] sizes = null;
        for (OptionReply r : replies) {
            if (r.type() != Wire.REP_INFO) {
                continue;
            }
            ByteBuffer b = r.buffer();
            int info = b.getShort() & 0xffff;
            switch (info) {
                case Wire.INFO_EXPORT -> {
                    RawNbdClient.expect("length of INFO_EXPORT", 12, r.payload().length);
                    size = b.getLong();
                    flags = b.getShort() & 0xffff;
                }
                case Wire.INFO_NAME -> name = StandardCharsets.UTF_8.decode(b).toString();
                case Wire.INFO_DESCRIPTION -> description = StandardCharsets.UTF_8.decode(b).toString();
                case Wire.INFO_BLOCK_SIZE -> {
                    RawNbdClient.expect("length of INFO_BLOCK_SIZE", 14, r.payload().length);
                    sizes = new long[] {b.getInt() & 0xffffffffL, b.getInt() & 0xffffffffL, b.getInt() & 0xffffffffL};
                }
                default -> throw new AssertionError("the server sent an unknown information " + info);
            }
        }
        if (size < 0) {
            throw new AssertionError("the server acknowledged without INFO_EXPORT");
        }
        return new ExportFacts(size, flags, name, description, sizes);
    }

    /** Whether a transmission flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
