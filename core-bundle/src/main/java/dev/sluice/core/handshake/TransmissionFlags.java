package dev.sluice.core.handshake;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Support;
import dev.sluice.core.protocol.TransmissionFlag;

/** Which of the 16 transmission flags a client gets. */
public final class TransmissionFlags {
    private TransmissionFlags() {
    }

    /**
     * The flags. Nothing is offered that would always fail: a device that can't be written has no trim, zero or FUA,
     * as in nbdkit; flush, cache and multi-conn stay.
     *
     * @param info as the client is told
     * @param structured structured replies or extended headers are on
     * @param extended extended headers are on
     * @param contextsSelected at least one metadata context is selected for this export
     * @return see {@link TransmissionFlag}
     */
    public static int of(DeviceInfo info, boolean structured, boolean extended, boolean contextsSelected) {
        boolean writable = info.isWritable();
        boolean zero = writable && info.zero() != Support.NONE;
        return TransmissionFlag.HAS_FLAGS
                | when(!writable, TransmissionFlag.READ_ONLY)
                | when(info.canFlush(), TransmissionFlag.SEND_FLUSH)
                | when(writable && info.fua() != Support.NONE, TransmissionFlag.SEND_FUA)
                | when(info.rotational(), TransmissionFlag.ROTATIONAL)
                | when(writable && info.canTrim(), TransmissionFlag.SEND_TRIM)
                | when(zero, TransmissionFlag.SEND_WRITE_ZEROES)
                | when(structured || extended, TransmissionFlag.SEND_DF)
                | when(info.multiConn(), TransmissionFlag.CAN_MULTI_CONN)
                | when(info.cache() != Support.NONE, TransmissionFlag.SEND_CACHE)
                | when(zero && info.canFastZero(), TransmissionFlag.SEND_FAST_ZERO)
                | when(extended && contextsSelected, TransmissionFlag.BLOCK_STATUS_PAYLOAD);
    }

    private static int when(boolean set, int flag) {
        return set ? flag : 0;
    }
}
