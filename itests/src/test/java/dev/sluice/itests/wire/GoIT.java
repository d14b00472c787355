package dev.sluice.itests.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.ExportFacts;
import dev.sluice.itests.harness.OptionReply;
import dev.sluice.itests.harness.RawNbdClient;
import dev.sluice.itests.harness.ServedTest;
import dev.sluice.itests.harness.Session;
import dev.sluice.itests.harness.SluiceServer;
import dev.sluice.itests.harness.Wire;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** INFO and GO, with a catch-all and with named exports. */
class GoIT extends ServedTest {
    private RawNbdClient named() throws Exception {
        return RawNbdClient.greeted(sluice().tcp());
    }

    @BeforeAll
    void moreExports() throws Exception {
        if (server instanceof SluiceServer sluice) {
            sluice.export("blocks", "scripted size=1M minimum=512 preferred=4096 maximum=65536");
            sluice.export("ro", Map.of("read-only", true), "memory 1M");
            sluice.export("plain", "scripted caps=none");
        }
    }

    @Test
    void infoSendsTheExportEvenIfNotAsked() throws Exception {
        try (RawNbdClient c = greeted()) {
            ExportFacts facts = ExportFacts.of(c.ask(Wire.OPT_INFO, RawNbdClient.goPayload("")));
            assertEquals(64 * Wire.MIB, facts.size());
            assertTrue(facts.has(Wire.HAS_FLAGS));
        }
    }

    @Test
    void infoAndThenGoTellTheSame() throws Exception {
        try (RawNbdClient c = greeted().structured()) {
            byte[] payload = RawNbdClient.goPayload("", 0, 1, 2, 3);
            List<OptionReply> first = c.ask(Wire.OPT_INFO, payload);
            List<OptionReply> second = c.ask(Wire.OPT_GO, payload);
            assertEquals(first.size(), second.size());
            for (int i = 0; i < first.size(); i++) {
                assertEquals(first.get(i).type(), second.get(i).type());
                assertArrayEquals(first.get(i).payload(), second.get(i).payload());
            }
        }
    }

    @Test
    void unknownInformationIsIgnored() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.go("", 0x7777, 0, 0xffff).stillWorks();
        }
    }

    @Test
    void theNameIsToldIfAsked() throws Exception {
        try (RawNbdClient c = greeted()) {
            assertEquals("some name", c.go("some name", Wire.INFO_NAME).facts().name());
        }
    }

    @Test
    void aNameLongerThanTheOptionIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_GO, out -> {
                out.writeInt(100);
                out.writeShort(0);
            });
            assertEquals(Wire.REP_ERR_INVALID, c.optionReplies(Wire.OPT_GO).get(0).type());
            c.go("").stillWorks();
        }
    }

    @Test
    void anOptionThatIsLongerThanItsPartsIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_GO, out -> {
                out.writeInt(0);
                out.writeShort(1);
                out.writeInt(0);
            });
            assertEquals(Wire.REP_ERR_INVALID, c.optionReplies(Wire.OPT_GO).get(0).type());
            c.go("").stillWorks();
        }
    }

    @Test
    void anOptionThatIsTooShortForItsCountsIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            for (int length : new int[] {0, 3, 5}) {
                assertEquals(Wire.REP_ERR_INVALID, c.verdict(Wire.OPT_INFO, new byte[length]), "length " + length);
            }
            c.option(Wire.OPT_INFO, out -> {
                out.writeInt(0);
                out.writeShort(9);
            });
            assertEquals(Wire.REP_ERR_INVALID, c.optionReplies(Wire.OPT_INFO).get(0).type());
            c.go("").stillWorks();
        }
    }

    @Test
    void aNameLengthWithItsTopBitSetIsInvalid() throws Exception {
        try (RawNbdClient c = greeted()) {
            c.option(Wire.OPT_GO, out -> {
                out.writeInt(0xfffffffe);
                out.writeShort(0);
            });
            assertEquals(Wire.REP_ERR_INVALID, c.optionReplies(Wire.OPT_GO).get(0).type());
        }
    }

    @Test
    void dfIsOfferedOnlyWithStructuredReplies() throws Exception {
        try (Session plain = simple(); Session chunks = structured()) {
            assertFalse(plain.facts().has(Wire.SEND_DF));
            assertTrue(chunks.facts().has(Wire.SEND_DF));
        }
    }

    @Test
    void statusPayloadIsOfferedOnlyWithExtendedHeaders() throws Exception {
        try (Session compact = structured(); Session wide = extended()) {
            assertFalse(compact.facts().has(Wire.BLOCK_STATUS_PAYLOAD));
            assertTrue(wide.facts().has(Wire.BLOCK_STATUS_PAYLOAD));
        }
    }

    @Test
    void everyCapabilityOfTheDeviceIsAFlag() throws Exception {
        try (RawNbdClient c = named()) {
            ExportFacts facts = c.go("blocks").facts();
            assertEquals(Wire.HAS_FLAGS | Wire.SEND_FLUSH | Wire.SEND_FUA | Wire.SEND_TRIM | Wire.SEND_WRITE_ZEROES | Wire.CAN_MULTI_CONN
                    | Wire.SEND_CACHE | Wire.SEND_FAST_ZERO, facts.flags());
        }
    }

    @Test
    void aDeviceWithoutCapabilitiesHasNoFlags() throws Exception {
        try (RawNbdClient c = named()) {
            assertEquals(Wire.HAS_FLAGS | Wire.READ_ONLY, c.go("plain").facts().flags());
        }
    }

    @Test
    void aReadOnlyExportOffersNothingThatWrites() throws Exception {
        try (RawNbdClient c = named()) {
            ExportFacts facts = c.go("ro").facts();
            assertTrue(facts.has(Wire.READ_ONLY));
            assertFalse(facts.has(Wire.SEND_TRIM));
            assertFalse(facts.has(Wire.SEND_WRITE_ZEROES));
            assertFalse(facts.has(Wire.SEND_FAST_ZERO));
        }
    }

    @Test
    void blockSizesAreToldIfAsked() throws Exception {
        try (RawNbdClient c = named()) {
            assertArrayEquals(new long[] {512, 4096, 65536}, c.go("blocks", Wire.INFO_BLOCK_SIZE).facts().blockSizes());
        }
    }

    @Test
    void theDescriptionIsToldIfAsked() throws Exception {
        try (RawNbdClient c = named()) {
            assertEquals("for people: blocks", c.go("blocks", Wire.INFO_DESCRIPTION).facts().description());
        }
    }

    @Test
    void listShowsTheNamedExports() throws Exception {
        try (RawNbdClient c = named()) {
            List<String> names = c.ask(Wire.OPT_LIST).stream().filter(r -> r.type() == Wire.REP_SERVER)
                    .map(OptionReply::serverName).toList();
            assertTrue(names.containsAll(List.of("blocks", "ro", "plain")), names.toString());
        }
    }

    @Test
    void aFailingOpenIsToldWithItsTextAndTheNextGoWorks() throws Exception {
        sluice().script().on("open", (o, l) -> {
            throw new java.io.IOException("the disk is at the cleaner's");
        });
        try (RawNbdClient c = named()) {
            List<OptionReply> replies = c.ask(Wire.OPT_GO, RawNbdClient.goPayload("blocks"));
            assertEquals(1, replies.size());
            assertEquals(Wire.REP_ERR_UNKNOWN, replies.get(0).type());
            assertTrue(replies.get(0).text().contains("at the cleaner's"), replies.get(0).text());
            sluice().script().reset();
            c.go("blocks").stillWorks();
        }
    }
}
