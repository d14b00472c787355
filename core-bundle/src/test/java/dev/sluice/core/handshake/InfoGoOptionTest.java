package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.BlockSizes;
import dev.sluice.api.DeviceInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.core.handshake.ClientScript.Payload;
import dev.sluice.core.handshake.Negotiation.Answer;
import dev.sluice.core.protocol.InfoType;
import dev.sluice.core.protocol.OptionCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InfoGoOptionTest {
    private final Negotiation n = new Negotiation();

    @Test
    void goGivesTheExportAndAnAckAndNoPadding() {
        n.run(ClientScript.flags(1).go("disk"));
        assertEquals("INFO ACK", n.types());
        assertEquals(0, n.rest().length);
        assertEquals("disk", n.session().export().name());
    }

    @Test
    void theExportInformationIs12BytesOfTypeSizeAndFlags() {
        n.run(ClientScript.fixed().go("disk"));
        Answer info = n.answers().get(0);
        assertEquals(12, info.payload().length);
        assertEquals(InfoType.EXPORT, info.infoType());
        assertEquals(FakeDirectory.SIZE, info.buffer().getLong(2));
        assertEquals(n.session().transmissionFlags(), info.flags());
    }

    @Test
    void infoAnswersAndClosesTheExport() {
        n.run(ClientScript.fixed().info("disk").abort()).ended();
        assertEquals("INFO ACK", n.typesFor(OptionCode.INFO));
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void infoAndThenGoGiveTheSameInformation() {
        n.exports.get("disk").description("a disk")
                .info(DeviceInfo.writable(FakeDirectory.SIZE).blockSizes(new BlockSizes(512, 4096, 65536)).build());
        n.run(ClientScript.fixed().extended().setContexts("disk", "base:allocation").info("disk", 3, 2, 1, 0).go("disk", 3, 2, 1, 0));
        List<Answer> info = n.answersTo(OptionCode.INFO);
        List<Answer> go = n.answersTo(OptionCode.GO);
        assertEquals(5, info.size());
        assertEquals(info.size(), go.size());
        for (int i = 0; i < info.size(); i++) {
            assertEquals(info.get(i).type(), go.get(i).type());
            assertArrayEquals(info.get(i).payload(), go.get(i).payload());
        }
    }

    @Test
    void unknownInformationRequestsAreIgnored() {
        n.run(ClientScript.fixed().go("disk", 4, 0x7fff, 0xffff));
        assertEquals("INFO ACK", n.types());
        n.session();
    }

    @Test
    void anInformationAskedForTwiceIsSentOnce() {
        n.run(ClientScript.fixed().go("disk", 1, 1, 0, 0));
        assertEquals("INFO INFO ACK", n.types());
    }

    @Test
    void aClientMayAskForAsMuchAsFits() {
        n.run(ClientScript.fixed().go("disk", new int[65535]));
        assertEquals("INFO ACK", n.types());
    }

    @Test
    void theNameIsSentIfAskedFor() {
        n.run(ClientScript.fixed().go("disk", InfoType.NAME));
        assertEquals("disk", n.answers().get(1).infoText());
    }

    @Test
    void theEmptyNameIsAnsweredWithTheDefaultExportsName() {
        n.exports.add("").called("main");
        n.run(ClientScript.fixed().go("", InfoType.NAME));
        assertEquals("main", n.answers().get(1).infoText());
    }

    @Test
    void theDescriptionIsSentIfAskedFor() {
        n.exports.get("disk").description("a disk");
        n.run(ClientScript.fixed().go("disk", InfoType.DESCRIPTION));
        assertEquals(InfoType.DESCRIPTION, n.answers().get(1).infoType());
        assertEquals("a disk", n.answers().get(1).infoText());
    }

    @Test
    void aDescriptionThatIsNotKnownIsNotSent() {
        assertEquals("INFO ACK", n.run(ClientScript.fixed().go("disk", InfoType.DESCRIPTION)).types());
    }

    @Test
    void aDescriptionThatFailsIsNotSentAndTheExportIsServed() {
        n.exports.get("disk").failDescription(new NbdException(NbdError.EIO, "no idea"));
        assertEquals("INFO ACK", n.run(ClientScript.fixed().go("disk", InfoType.DESCRIPTION)).types());
        n.session();
    }

    @Test
    void aDescriptionThatTheProtocolCannotCarryIsNotSent() {
        n.exports.get("disk").description("y".repeat(4097));
        assertEquals("INFO ACK", n.run(ClientScript.fixed().go("disk", InfoType.DESCRIPTION)).types());
    }

    @Test
    void blockSizesAreSentIfAskedFor() {
        n.exports.get("disk").info(DeviceInfo.readOnly(4096).blockSizes(new BlockSizes(512, 4096, BlockSizes.UNLIMITED)).build());
        n.run(ClientScript.fixed().go("disk", InfoType.BLOCK_SIZE));
        Answer sizes = n.answers().get(1);
        assertEquals(14, sizes.payload().length);
        assertEquals(InfoType.BLOCK_SIZE, sizes.infoType());
        assertEquals(512, sizes.buffer().getInt(2));
        assertEquals(4096, sizes.buffer().getInt(6));
        assertEquals(-1, sizes.buffer().getInt(10));
    }

    @Test
    void blockSizesThatAreNotKnownAreNotSent() {
        assertEquals("INFO ACK", n.run(ClientScript.fixed().go("disk", InfoType.BLOCK_SIZE)).types());
    }

    @Test
    void blockSizesAreNotSentUnasked() {
        n.exports.get("disk").info(DeviceInfo.readOnly(4096).blockSizes(new BlockSizes(512, 4096, 65536)).build());
        assertEquals("INFO ACK", n.run(ClientScript.fixed().go("disk")).types());
    }

    @Test
    void aServerThatRequiresBlockSizesRefusesAClientThatDoesNotAsk() {
        n.exports.get("disk").info(DeviceInfo.readOnly(4096).blockSizes(new BlockSizes(512, 4096, 65536)).build());
        n.with(Settings.blockSizeRequired()).run(ClientScript.fixed().info("disk").go("disk").abort()).ended();
        assertEquals("ERR_BLOCK_SIZE_REQD ERR_BLOCK_SIZE_REQD ACK", n.types());
    }

    @Test
    void aServerThatRequiresBlockSizesServesAClientThatAsks() {
        n.exports.get("disk").info(DeviceInfo.readOnly(4096).blockSizes(new BlockSizes(512, 4096, 65536)).build());
        n.with(Settings.blockSizeRequired()).run(ClientScript.fixed().go("disk", InfoType.BLOCK_SIZE));
        assertEquals("INFO INFO ACK", n.types());
    }

    @Test
    void aServerThatRequiresBlockSizesServesEverybodyWhereTheDefaultsHold() {
        n.exports.get("disk").info(DeviceInfo.readOnly(4096).blockSizes(new BlockSizes(1, 65536, BlockSizes.UNLIMITED)).build());
        n.with(Settings.blockSizeRequired()).run(ClientScript.fixed().go("disk")).session();
    }

    @Test
    void aMissingExportIsUnknownWithTextAndWithoutInformation() {
        n.run(ClientScript.fixed().info("other").go("other").go("disk"));
        assertEquals("ERR_UNKNOWN", n.typesFor(OptionCode.INFO));
        assertEquals("ERR_UNKNOWN INFO ACK", n.typesFor(OptionCode.GO));
        assertEquals("there is no export 'other'", n.answers().get(0).text());
        n.session();
    }

    @Test
    void anExportThatFailsToOpenIsUnknown() {
        n.exports.refuse("disk", NbdError.EIO, "the file is gone");
        assertEquals("ERR_UNKNOWN", n.run(ClientScript.fixed().go("disk").abort()).typesFor(OptionCode.GO));
    }

    @Test
    void anExportThatIsGoingAwayIsAShutdown() {
        n.exports.refuse("disk", NbdError.ESHUTDOWN, "going away");
        assertEquals("ERR_SHUTDOWN", n.run(ClientScript.fixed().go("disk").abort()).typesFor(OptionCode.GO));
    }

    @Test
    void theTextOfAFailureIsOneLineAndFits() {
        n.exports.refuse("disk", NbdError.EIO, "first\nsecond\0" + "ü".repeat(5000));
        byte[] text = n.run(ClientScript.fixed().go("disk").abort()).answers().get(0).payload();
        assertTrue(text.length <= 4096);
        String decoded = n.answers().get(0).text();
        assertTrue(decoded.startsWith("first second "), decoded);
        assertTrue(decoded.endsWith("ü"), "cut between characters");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5})
    void anOptionThatIsTooShortIsInvalid(int length) {
        invalid(new byte[length]);
    }

    @Test
    void aNameLongerThanTheOptionIsInvalid() {
        invalid(new Payload().u32(5).raw("disk".getBytes()).bytes());
    }

    @Test
    void aNameThatLeavesNoRoomForTheCountIsInvalid() {
        invalid(new Payload().u32(5).raw("disk".getBytes()).u16(0).bytes());
    }

    @Test
    void aNameLengthWithTheTopBitIsInvalid() {
        invalid(new Payload().u32(0xffff_ffffL).raw("disk".getBytes()).u16(0).bytes());
    }

    @Test
    void aNameThatIsTooLongIsInvalid() {
        invalid(ClientScript.ask("x".repeat(4097)).bytes());
    }

    @Test
    void aNameWithANulIsInvalid() {
        invalid(ClientScript.ask("di\0sk").bytes());
    }

    @Test
    void aNameThatIsNotUtf8IsInvalid() {
        invalid(new Payload().u32(1).raw(new byte[] {(byte) 0xff}).u16(0).bytes());
    }

    @Test
    void moreRequestsThanAnnouncedAreInvalid() {
        invalid(new Payload().string("disk").u16(1).u16(0).u16(1).bytes());
    }

    @Test
    void fewerRequestsThanAnnouncedAreInvalid() {
        invalid(new Payload().string("disk").u16(2).u16(0).bytes());
    }

    @Test
    void halfARequestIsInvalid() {
        invalid(new Payload().string("disk").u16(1).raw(new byte[1]).bytes());
    }

    @Test
    void theLongestNameIsTaken() {
        n.exports.add("x".repeat(4096));
        n.run(ClientScript.fixed().go("x".repeat(4096), 0, 1, 2, 3)).session();
    }

    @Test
    void aFailingAckClosesTheExport() {
        n.run(new ScriptedChannel(ClientScript.fixed().go("disk").stream()).goneAtWrite(1)).failure();
        assertEquals(List.of("disk"), n.exports.opened());
    }

    @Test
    void nothingBehindGoIsRead() throws Exception {
        n.run(ClientScript.fixed().go("disk").raw(new byte[28]));
        n.session();
        assertEquals(28, n.channel().unread());
    }

    /** Both options refuse it, nothing is opened, and the handshake stays usable. */
    private void invalid(byte[] payload) {
        n.run(ClientScript.fixed().option(OptionCode.INFO, payload).option(OptionCode.GO, payload).abort()).ended();
        List<String> types = new ArrayList<>(List.of(n.types().split(" ")));
        assertEquals(List.of("ERR_INVALID", "ERR_INVALID", "ACK"), types);
        assertTrue(n.exports.opened().isEmpty());
        assertFalse(n.answers().get(0).text().isEmpty());
    }
}
