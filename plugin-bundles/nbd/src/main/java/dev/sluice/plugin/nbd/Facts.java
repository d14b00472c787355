package dev.sluice.plugin.nbd;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.Support;
import java.util.Map;

/**
 * What the server said about the export in the handshake.
 *
 * @param size in bytes
 * @param flags the protocol's transmission flags
 * @param blocks sizes of requests, or NONE
 * @param structured whether structured replies were agreed on
 * @param context id of base:allocation, -1 without
 * @param name as the server calls the export
 * @param description for people
 */
record Facts(long size, int flags, BlockSizes blocks, boolean structured, int context, String name, String description) {
    /** What a server must take that says nothing about sizes. */
    private static final int DEFAULT_PAYLOAD = 32 << 20;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The largest read or write that the server takes; a multiple of its minimum. */
    int maxPayload() {
        return blocks.isNone() ? DEFAULT_PAYLOAD : (int) Math.min(blocks.maximum(), 64 << 20);
    }

    /** The same as a device of ours. */
    DeviceInfo info(boolean readOnly, boolean shared) {
        boolean writable = !readOnly && !has(Proto.READ_ONLY);
        DeviceInfo.Builder b = writable ? DeviceInfo.writable(size) : DeviceInfo.readOnly(size);
        b.flush(has(Proto.SEND_FLUSH)).rotational(has(Proto.ROTATIONAL)).multiConn(has(Proto.CAN_MULTI_CONN) || shared);
        b.cache(has(Proto.SEND_CACHE) ? Support.NATIVE : Support.NONE).extents(context >= 0).blockSizes(blocks);
        if (writable) {
            boolean zero = has(Proto.SEND_WRITE_ZEROES);
            b.trim(has(Proto.SEND_TRIM)).zero(zero ? Support.NATIVE : Support.EMULATE);
            b.fastZero(!zero || has(Proto.SEND_FAST_ZERO));
            b.fua(has(Proto.SEND_FUA) ? Support.NATIVE : has(Proto.SEND_FLUSH) ? Support.EMULATE : Support.NONE);
        }
        return b.build();
    }

    /**
     * Returns if clients of these facts can go on with a server that says {@code now}.
     *
     * @throws NbdException names the difference
     */
    void checkSame(Facts now) throws NbdException {
        int promised = flags & ~Proto.READ_ONLY;
        String difference = size != now.size ? "a size of " + now.size + " bytes instead of " + size
                : !blocks.equals(now.blocks) ? "other block sizes"
                : (now.flags & promised) != promised || !has(Proto.READ_ONLY) && now.has(Proto.READ_ONLY) ? "less than before"
                : context >= 0 && now.context < 0 ? "no extents any more"
                : null;
        if (difference != null) {
            throw new NbdException(NbdError.EIO, "connected again, the server offers " + difference);
        }
    }

    Map<String, Object> toMap() {
        return Map.of("size", size, "flags", flags, "minimum", blocks.minimum(), "preferred", blocks.preferred(), "maximum",
                blocks.maximum(), "structured", structured, "context", context, "name", name, "description", description);
    }

    static Facts fromMap(Map<?, ?> m) {
        BlockSizes blocks = new BlockSizes((Integer) m.get("minimum"), (Integer) m.get("preferred"), (Long) m.get("maximum"));
        return new Facts((Long) m.get("size"), (Integer) m.get("flags"), blocks, (Boolean) m.get("structured"), (Integer) m.get("context"),
                (String) m.get("name"), (String) m.get("description"));
    }
}
