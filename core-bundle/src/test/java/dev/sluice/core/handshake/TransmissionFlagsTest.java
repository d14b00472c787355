package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.api.DeviceInfo;
import dev.sluice.api.Support;
import dev.sluice.core.protocol.TransmissionFlag;
import org.junit.jupiter.api.Test;

class TransmissionFlagsTest {
    private static final int READ_ONLY = TransmissionFlag.HAS_FLAGS | TransmissionFlag.READ_ONLY;
    private static final int WRITABLE = TransmissionFlag.HAS_FLAGS | TransmissionFlag.SEND_WRITE_ZEROES;

    private static int plain(DeviceInfo.Builder info) {
        return TransmissionFlags.of(info.build(), false, false, false);
    }

    private static DeviceInfo.Builder disk() {
        return DeviceInfo.writable(1024).fastZero(false);
    }

    @Test
    void aDeviceThatCanOnlyReadHasTwoFlags() {
        assertEquals(READ_ONLY, plain(DeviceInfo.readOnly(0)));
    }

    @Test
    void aWritableDeviceOffersEmulatedZeroes() {
        assertEquals(WRITABLE, plain(disk()));
    }

    @Test
    void withoutZeroThereIsNoFastZero() {
        assertEquals(TransmissionFlag.HAS_FLAGS, plain(disk().zero(Support.NONE).fastZero(true)));
    }

    @Test
    void fastZeroNeedsZero() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_FAST_ZERO, plain(disk().zero(Support.NATIVE).fastZero(true)));
    }

    @Test
    void flushBringsFua() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_FLUSH | TransmissionFlag.SEND_FUA, plain(disk().flush(true)));
    }

    @Test
    void fuaCanBeWithoutFlush() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_FUA, plain(disk().fua(Support.NATIVE)));
    }

    @Test
    void trimIsOffered() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_TRIM, plain(disk().trim(true)));
    }

    @Test
    void emulatedCacheIsOffered() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_CACHE, plain(disk().cache(Support.EMULATE)));
    }

    @Test
    void rotationAndMultiConnAreTold() {
        assertEquals(WRITABLE | TransmissionFlag.ROTATIONAL | TransmissionFlag.CAN_MULTI_CONN,
                plain(disk().rotational(true).multiConn(true)));
    }

    @Test
    void aReadOnlyDeviceOffersNothingThatWrites() {
        DeviceInfo.Builder all = DeviceInfo.readOnly(1).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE);
        assertEquals(READ_ONLY, plain(all));
    }

    @Test
    void aReadOnlyDeviceKeepsFlushCacheAndMultiConn() {
        assertEquals(READ_ONLY | TransmissionFlag.SEND_FLUSH | TransmissionFlag.SEND_CACHE | TransmissionFlag.CAN_MULTI_CONN,
                plain(DeviceInfo.readOnly(1).flush(true).cache(Support.NATIVE).multiConn(true)));
    }

    @Test
    void dfIsOfferedWithStructuredReplies() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_DF, TransmissionFlags.of(disk().build(), true, false, false));
    }

    @Test
    void dfIsOfferedWithExtendedHeaders() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_DF, TransmissionFlags.of(disk().build(), false, true, false));
    }

    @Test
    void theStatusPayloadNeedsExtendedHeadersAndContexts() {
        assertEquals(WRITABLE | TransmissionFlag.SEND_DF, TransmissionFlags.of(disk().build(), true, false, true));
        assertEquals(WRITABLE | TransmissionFlag.SEND_DF | TransmissionFlag.BLOCK_STATUS_PAYLOAD,
                TransmissionFlags.of(disk().build(), true, true, true));
    }

    @Test
    void resizeIsNeverOffered() {
        DeviceInfo all = disk().flush(true).trim(true).zero(Support.NATIVE).fastZero(true).fua(Support.NATIVE).cache(Support.NATIVE)
                .extents(true).multiConn(true).rotational(true).build();
        assertEquals(0x1fff & ~TransmissionFlag.SEND_RESIZE & ~TransmissionFlag.READ_ONLY, TransmissionFlags.of(all, true, true, true));
    }
}
