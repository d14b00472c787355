package dev.sluice.core.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of the specification, written out. */
class HandshakeLayoutTest {
    private final ByteBuffer out = ByteBuffer.allocate(200);

    private String hex() {
        return HexFormat.of().formatHex(out.array(), 0, out.position());
    }

    @Test
    void anOptionHasMagicCodeAndLength() {
        OptionHeader.put(out, OptionCode.GO, 0xffff_fffeL);
        assertEquals("49484156454f5054" + "00000007" + "fffffffe", hex());
        assertEquals(OptionHeader.LENGTH, out.position());
        assertEquals(Magic.IHAVEOPT, OptionHeader.magic(out, 0));
        assertEquals(OptionCode.GO, OptionHeader.option(out, 0));
        assertEquals(0xffff_fffeL, OptionHeader.length(out, 0));
    }

    @Test
    void anAnswerHasMagicOptionTypeAndLength() {
        OptionReplyHeader.put(out, OptionCode.LIST, OptionReply.ERR_TOO_BIG, 5);
        assertEquals("0003e889045565a9" + "00000003" + "80000009" + "00000005", hex());
        assertEquals(OptionReplyHeader.LENGTH, out.position());
        assertEquals(Magic.OPTION_REPLY, OptionReplyHeader.magic(out, 0));
        assertEquals(OptionCode.LIST, OptionReplyHeader.option(out, 0));
        assertEquals(OptionReply.ERR_TOO_BIG, OptionReplyHeader.type(out, 0));
        assertEquals(5, OptionReplyHeader.length(out, 0));
    }

    @Test
    void theNewstyleGreetingIs18Bytes() {
        NewstyleGreeting.put(out, HandshakeFlag.ALL);
        assertEquals("4e42444d41474943" + "49484156454f5054" + "0003", hex());
        assertEquals(NewstyleGreeting.LENGTH, out.position());
    }

    @Test
    void theOldstyleGreetingIs152Bytes() {
        OldstyleGreeting.put(out, 0x0102030405060708L, 0x8003);
        assertEquals("4e42444d41474943" + "0000420281861253" + "0102030405060708" + "0000" + "8003" + "00".repeat(124), hex());
        assertEquals(OldstyleGreeting.LENGTH, out.position());
    }

    @Test
    void theAnswerToExportNameIsPaddedTo134Bytes() {
        ExportNameReply.put(out, 512, 1, true);
        assertEquals("0000000000000200" + "0001" + "00".repeat(124), hex());
        assertEquals(ExportNameReply.PADDED_LENGTH, out.position());
    }

    @Test
    void theAnswerToExportNameWithoutPaddingIs10Bytes() {
        ExportNameReply.put(out, 512, 1, false);
        assertEquals(ExportNameReply.SHORT_LENGTH, out.position());
    }

    @Test
    void errorsAreThoseWithTheTopBit() {
        assertTrue(OptionReply.isError(OptionReply.ERR_UNSUP));
        assertFalse(OptionReply.isError(OptionReply.META_CONTEXT));
        assertEquals("8000000a", Integer.toHexString(OptionReply.ERR_EXT_HEADER_REQD));
    }

    @Test
    void namesAreThoseOfTheSpecification() {
        assertEquals("STRUCTURED_REPLY", OptionCode.name(8));
        assertEquals("option 4294967295", OptionCode.name(-1));
        assertEquals("ERR_UNSUP", OptionReply.name(0x80000001));
        assertEquals("reply type 9", OptionReply.name(9));
    }
}
