package dev.sluice.core.transmission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.MetaContext;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.buffer.BufferPool;
import dev.sluice.core.handshake.NegotiatedSession;
import dev.sluice.core.protocol.Command;
import dev.sluice.core.protocol.Limits;
import dev.sluice.core.protocol.Magic;
import dev.sluice.core.protocol.TransmissionFlag;
import dev.sluice.core.util.Background;
import dev.sluice.core.util.ManualPlatform;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests before they run: decoding, refusals, filters of block status, errors on the wire, extents of a reply. */
class RequestRulesTest {
    private static final int ALL = TransmissionFlag.SEND_FLUSH | TransmissionFlag.SEND_FUA | TransmissionFlag.SEND_TRIM
            | TransmissionFlag.SEND_WRITE_ZEROES | TransmissionFlag.SEND_DF | TransmissionFlag.SEND_CACHE | TransmissionFlag.SEND_FAST_ZERO;
    private static final NegotiatedSession.Selected BASE = new NegotiatedSession.Selected(1, MetaContext.BASE_ALLOCATION);
    private static final NegotiatedSession.Selected OTHER = new NegotiatedSession.Selected(2, new MetaContext("a:b"));

    private final BufferPool pool = new BufferPool(new ManualPlatform(), 48 << 20);

    private static Request request(int type, int flags, long offset, long length) {
        Request r = new Request();
        r.type = type;
        r.flags = flags;
        r.offset = offset;
        r.length = length;
        return r;
    }

    /**
     * Offers: everything, nothing, read-only with the rest, everything with extended headers. A dash is no refusal. Flag
     * bits: 1 FUA, 2 NO_HOLE, 4 DF, 8 REQ_ONE, 16 FAST_ZERO, 32 PAYLOAD_LEN.
     */
    @ParameterizedTest(name = "{0} type {1} flags {2} length {4}: {5}")
    @CsvSource({
        "all,0,0,0,1,-", "all,0,1,0,1,-", "all,0,4,0,1,-", "all,0,2,0,1,EINVAL", "all,0,32,0,1,EINVAL",
        "all,0,0,0,67108864,-", "all,0,0,0,67108865,ENOMEM", "none,0,0,0,1,-", "none,0,4,0,1,EINVAL", "none,0,1,0,1,EINVAL",
        "ro,0,0,0,1,-", "ro,0,1,0,1,-",
        "all,1,0,0,1,-", "all,1,1,0,1,-", "all,1,2,0,1,EINVAL", "all,1,0,0,67108865,ENOMEM", "none,1,1,0,1,EINVAL", "ro,1,0,0,1,EPERM",
        "all,3,0,0,0,-", "all,3,0,1,0,EINVAL", "all,3,0,0,1,EINVAL", "none,3,0,0,0,EINVAL", "ro,3,0,0,0,-",
        "all,4,0,0,4294967295,-", "none,4,0,0,1,EINVAL", "ro,4,0,0,1,EPERM", "all,4,2,0,1,EINVAL",
        "all,5,0,0,1,-", "none,5,0,0,1,EINVAL", "ro,5,0,0,1,-",
        "all,6,0,0,1,-", "all,6,2,0,1,-", "all,6,19,0,1,-", "all,6,4,0,1,EINVAL", "none,6,0,0,1,EINVAL", "ro,6,0,0,1,EPERM",
        "all,7,0,0,1,-", "all,7,8,0,1,-", "all,7,2,0,1,EINVAL", "none,7,0,0,1,EINVAL",
        "all,8,0,0,0,EINVAL", "all,65535,0,0,0,EINVAL",
        "ext,1,32,0,1,-", "ext,1,0,0,1,EINVAL", "ext,0,32,0,1,EINVAL", "ext,4,0,0,-1,-", "ext,0,0,0,-1,ENOMEM",
        "ext,7,32,0,12,EINVAL", "extpayload,7,32,0,12,-"})
    void requestsAreRefusedAsInNbdkit(String offers, int type, int flags, long offset, long length, String expected) {
        int offered = switch (offers) {
            case "none" -> 0;
            case "ro" -> ALL | TransmissionFlag.READ_ONLY;
            case "extpayload" -> ALL | TransmissionFlag.BLOCK_STATUS_PAYLOAD;
            default -> ALL;
        };
        boolean extended = offers.startsWith("ext");
        SessionFacts facts = new SessionFacts(true, extended, offered, offers.equals("none") ? List.of() : List.of(BASE));
        RequestValidator.Refusal refusal = RequestValidator.check(request(type, flags, offset, length), facts);
        assertEquals(expected, refusal == null ? "-" : refusal.error().name());
    }

    @Test
    void aCompactHeaderIsDecoded() {
        ByteBuffer b = ByteBuffer.allocate(40).position(3);
        b.putInt(Magic.REQUEST).putShort((short) 0xffff).putShort((short) 1).putLong(7).putLong(-2).putInt(-1).flip().position(3);
        Request r = new Request();
        assertTrue(r.decode(b, false));
        assertEquals(0xffff, r.flags);
        assertEquals(Command.WRITE, r.type);
        assertEquals(7, r.cookie);
        assertEquals(-2, r.offset);
        assertEquals(0xffff_ffffL, r.length);
        assertEquals(0xffff_ffffL, r.payload);
        assertEquals(31, b.position());
    }

    @Test
    void anExtendedHeaderHasPayloadOnlyWithTheFlag() {
        Request r = new Request();
        ByteBuffer b = ByteBuffer.allocate(32);
        b.putInt(Magic.EXTENDED_REQUEST).putShort((short) 0).putShort((short) 1).putLong(7).putLong(8).putLong(1L << 40).flip();
        assertTrue(r.decode(b, true));
        assertEquals(0, r.payload);
        b.position(0).putShort(4, (short) Command.FLAG_PAYLOAD_LEN);
        assertTrue(r.decode(b, true));
        assertEquals(1L << 40, r.payload);
    }

    @Test
    void aWrongMagicIsNotARequest() {
        ByteBuffer b = ByteBuffer.allocate(32).putInt(0, Magic.EXTENDED_REQUEST);
        assertFalse(new Request().decode(b, false));
        assertEquals(0, b.position());
    }

    @ParameterizedTest
    @EnumSource(NbdError.class)
    void onlyErrorsOfTheSpecificationReachTheWire(NbdError error) {
        int plain = WireErrors.code(error, request(Command.WRITE, 0, 0, 1));
        int expected = switch (error) {
            case EROFS -> 1;
            case EDQUOT, EFBIG -> 28;
            case ENOTSUP, EOVERFLOW -> 22;
            default -> error.code();
        };
        assertEquals(expected, plain);
    }

    @Test
    void enotsupIsForFastZeroAndEoverflowForUnfragmentedReads() {
        assertEquals(95, WireErrors.code(NbdError.ENOTSUP, request(Command.WRITE_ZEROES, Command.FLAG_FAST_ZERO, 0, 1)));
        assertEquals(22, WireErrors.code(NbdError.ENOTSUP, request(Command.WRITE_ZEROES, 0, 0, 1)));
        assertEquals(75, WireErrors.code(NbdError.EOVERFLOW, request(Command.READ, Command.FLAG_DF, 0, 1)));
        assertEquals(22, WireErrors.code(NbdError.EOVERFLOW, request(Command.READ, 0, 0, 1)));
    }

    private static ByteBuffer filter(long length, int... ids) {
        ByteBuffer b = ByteBuffer.allocate(8 + 4 * ids.length).putLong(length);
        for (int id : ids) {
            b.putInt(id);
        }
        return b.flip();
    }

    private static void refused(ByteBuffer payload) {
        assertEquals(NbdError.EINVAL,
                assertThrows(NbdException.class, () -> StatusFilter.decode(payload, List.of(BASE, OTHER))).error());
    }

    @Test
    void aFilterSelectsContexts() throws Exception {
        StatusFilter f = StatusFilter.decode(filter(1L << 40, 2), List.of(BASE, OTHER));
        assertEquals(1L << 40, f.length());
        assertEquals(List.of(OTHER), f.contexts());
    }

    @Test
    void aBrokenFilterIsEinval() {
        refused(filter(1));
        refused(filter(1, 3));
        refused(filter(1, 1, 1));
        refused(ByteBuffer.allocate(13));
        refused(ByteBuffer.allocate(0));
    }

    @Test
    void oneExtentDoesNotRunPastTheRequest() throws Exception {
        Extents e = new Extents(pool, 10, 100, true, false, Limits.MAX_EXTENTS);
        assertFalse(e.extent(10, 500, 3));
        assertEquals(1, e.count());
        assertEquals(100, e.length(0));
    }

    @Test
    void theLastOfManyMayRunPastTheRequest() throws Exception {
        Extents e = new Extents(pool, 10, 100, false, false, Limits.MAX_EXTENTS);
        assertTrue(e.extent(10, 50, 0));
        assertFalse(e.extent(60, 500, 3));
        assertEquals(500, e.length(1));
    }

    @Test
    void aLongExtentIsCutAndEndsAReplyOfThirtyTwoBits() throws Exception {
        Extents e = new Extents(pool, 0, 1L << 40, false, false, Limits.MAX_EXTENTS);
        assertFalse(e.extent(0, 1L << 33, 0));
        assertEquals(Limits.MAX_DESCRIPTOR, e.length(0));
        assertFalse(e.extent(1L << 33, 10, 3));
        assertEquals(1, e.count());
    }

    @Test
    void aLongExtentIsWholeInAReplyOfSixtyFourBits() throws Exception {
        Extents e = new Extents(pool, 0, 1L << 40, false, true, Limits.MAX_EXTENTS);
        assertTrue(e.extent(0, 1L << 33, 0));
        assertEquals(1L << 33, e.length(0));
    }

    @Test
    void aReplyHasAtMostAMillionExtents() throws Exception {
        Extents e = new Extents(pool, 0, Long.MAX_VALUE, false, true, Limits.MAX_EXTENTS);
        int n = 0;
        while (e.extent(n, 1, n & 1)) {
            n++;
        }
        assertEquals(Limits.MAX_EXTENTS, e.count());
        for (int i : new int[] {0, 1023, 1024, 1025, 5000, Limits.MAX_EXTENTS - 1}) {
            assertEquals(1, e.length(i));
            assertEquals(i & 1, e.status(i));
        }
        e.close();
        assertEquals(0, pool.leases());
    }

    @Test
    void manyExtentsNeedMemoryOfThePool() throws Exception {
        ManualPlatform platform = new ManualPlatform();
        BufferPool none = new BufferPool(platform, 0);
        Extents e = new Extents(none, 0, Long.MAX_VALUE, false, true, Limits.MAX_EXTENTS);
        for (int i = 0; i < 1024; i++) {
            e.extent(i, 1, 0);
        }
        Background<NbdException> refused = Background.run(() -> assertThrows(NbdException.class, () -> e.extent(1024, 1, 0)));
        platform.awaitWaiting("buffer pool", 1);
        platform.advance(BufferPool.WAIT);
        assertEquals(NbdError.ENOMEM, refused.result().error());
    }

    @Test
    void contextsShareTheExtentsOfAReply() throws Exception {
        Extents e = new Extents(pool, 0, 1000, false, false, 3);
        assertTrue(e.extent(0, 1, 0));
        assertTrue(e.extent(1, 1, 1));
        assertFalse(e.extent(2, 1, 0));
        assertEquals(3, e.count());
    }
}
