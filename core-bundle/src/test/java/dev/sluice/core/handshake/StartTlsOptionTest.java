package dev.sluice.core.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ExportInfo;
import dev.sluice.core.handshake.HandshakeOptions.Tls;
import dev.sluice.core.protocol.OptionCode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StartTlsOptionTest {
    private final Negotiation n = new Negotiation();

    private Negotiation tls(Tls tls, ClientScript plain, ClientScript encrypted) {
        return n.with(Settings.tls(tls)).run(new ScriptedChannel(plain.stream()).afterTls(encrypted.stream()));
    }

    private static ClientScript startTls() {
        return ClientScript.fixed().option(OptionCode.STARTTLS);
    }

    @Test
    void switchedOffItIsRefusedByPolicy() {
        n.run(startTls().go("disk"));
        assertEquals("ERR_POLICY", n.typesFor(OptionCode.STARTTLS));
        assertEquals(0, n.channel().tlsStarts());
        n.session();
    }

    @Test
    void switchedOffNothingAsksForTls() {
        n.run(startTls().option(OptionCode.LIST).info("nope").option(99).option(OptionCode.SET_META_CONTEXT).go("nope").abort()).ended();
        assertFalse(n.types().contains("ERR_TLS_REQD"));
    }

    @Test
    void itIsAcknowledgedBeforeTheTlsHandshakeBegins() {
        tls(Tls.ON, startTls(), ClientScript.encrypted().go("disk"));
        assertEquals(18 + 20, n.channel().outputAtTls());
        assertEquals("ACK", n.typesFor(OptionCode.STARTTLS));
        assertEquals("disk", n.session().export().name());
    }

    @Test
    void whatTheClientPipelinedBehindItIsNeverAnswered() {
        tls(Tls.ON, startTls().structured().go("disk"), ClientScript.encrypted().abort()).ended();
        assertEquals("ACK ACK", n.types());
    }

    @Test
    void aPayloadIsInvalidAndTlsDoesNotBegin() {
        tls(Tls.ON, ClientScript.fixed().option(OptionCode.STARTTLS, new byte[2]).abort(), ClientScript.encrypted()).ended();
        assertEquals("ERR_INVALID", n.typesFor(OptionCode.STARTTLS));
        assertEquals(0, n.channel().tlsStarts());
    }

    @Test
    void aSecondTimeIsInvalid() {
        tls(Tls.ON, startTls(), ClientScript.encrypted().option(OptionCode.STARTTLS).go("disk"));
        assertEquals("ACK ERR_INVALID", n.typesFor(OptionCode.STARTTLS));
        n.session();
    }

    @Test
    void aTlsHandshakeThatFailsEndsTheConnection() {
        IOException failure = new IOException("no common cipher");
        n.with(Settings.tls(Tls.ON)).run(new ScriptedChannel(startTls().go("disk").stream()).failingTls(failure));
        assertEquals(failure, n.failure());
    }

    @Test
    void thatThereAreNoKeysNowIsSaidAndTheClientMayGoOn() {
        n.with(Settings.tls(Tls.ON)).run(new ScriptedChannel(startTls().go("disk").stream()).withoutTls("no keys"));
        assertEquals("ERR_PLATFORM", n.typesFor(OptionCode.STARTTLS));
        assertEquals(0, n.channel().tlsStarts());
        n.session();
    }

    @Test
    void withoutFixedNewstyleItIsInvalid() {
        tls(Tls.ON, ClientScript.flags(0).option(OptionCode.STARTTLS).exportName("disk"), ClientScript.encrypted());
        assertEquals("ERR_INVALID", n.types());
        assertEquals(0, n.channel().tlsStarts());
    }

    @Test
    void offeredOnlyEverythingWorksWithoutIt() {
        tls(Tls.ON, ClientScript.fixed().option(OptionCode.LIST).go("disk"), ClientScript.encrypted()).session();
    }

    @Test
    void structuredRepliesAreForgotten() {
        tls(Tls.ON, ClientScript.fixed().structured().option(OptionCode.STARTTLS), ClientScript.encrypted().go("disk"));
        assertFalse(n.session().structured());
    }

    @Test
    void extendedHeadersAreForgotten() {
        tls(Tls.ON, ClientScript.fixed().extended().option(OptionCode.STARTTLS), ClientScript.encrypted().structured().go("disk"));
        assertEquals("ACK", n.typesFor(OptionCode.STRUCTURED_REPLY));
        assertFalse(n.session().extended());
    }

    @Test
    void selectedContextsAreForgotten() {
        tls(Tls.ON, ClientScript.fixed().structured().setContexts("disk", "base:allocation").option(OptionCode.STARTTLS),
                ClientScript.encrypted().structured().go("disk"));
        assertTrue(n.session().contexts().isEmpty());
    }

    @Test
    void anExportThatWasOpenIsClosedAndOpenedAgain() {
        tls(Tls.ON, ClientScript.fixed().structured().setContexts("disk", "base:allocation").option(OptionCode.STARTTLS),
                ClientScript.encrypted().go("disk"));
        n.session();
        assertEquals(2, n.exports.opened().size());
    }

    @Test
    void theListCanBeAskedForOnceMore() {
        n.exports.list(new ExportInfo("disk", ""));
        tls(Tls.ON, ClientScript.fixed().option(OptionCode.LIST).option(OptionCode.STARTTLS),
                ClientScript.encrypted().option(OptionCode.LIST).option(OptionCode.LIST).abort()).ended();
        assertEquals("SERVER ACK SERVER ACK ERR_INVALID", n.typesFor(OptionCode.LIST));
    }

    @Test
    void requiredNothingElseIsAnsweredBeforeIt() {
        tls(Tls.REQUIRE, ClientScript.fixed().option(OptionCode.LIST).info("disk").info("nope").structured().extended()
                .listContexts("disk").setContexts("disk").option(99).option(4, new byte[9]).abort(), ClientScript.encrypted()).ended();
        assertEquals("ERR_TLS_REQD ".repeat(9) + "ACK", n.types());
        assertTrue(n.exports.opened().isEmpty());
        assertEquals(0, n.exports.lists());
    }

    @Test
    void requiredGoIsRefusedWithoutInformationAndStaysUsable() {
        tls(Tls.REQUIRE, ClientScript.fixed().go("disk", 0, 1).option(OptionCode.STARTTLS), ClientScript.encrypted().go("disk"));
        assertEquals("ERR_TLS_REQD INFO ACK", n.typesFor(OptionCode.GO));
        n.session();
    }

    @Test
    void requiredTheExportNameClosesTheConnection() {
        assertTrue(tls(Tls.REQUIRE, ClientScript.fixed().exportName("disk"), ClientScript.encrypted()).closed().contains("TLS"));
        assertEquals(18, n.channel().output().length);
    }

    @Test
    void requiredTheExportNameOfAClientWithoutFixedNewstyleClosesTheConnection() {
        tls(Tls.REQUIRE, ClientScript.flags(0).exportName("disk"), ClientScript.encrypted()).closed();
    }

    @Test
    void requiredAClientWithoutFixedNewstyleIsNotToldAboutTls() {
        tls(Tls.REQUIRE, ClientScript.flags(0).option(OptionCode.LIST).exportName("disk"), ClientScript.encrypted()).closed();
        assertEquals("ERR_INVALID", n.types());
    }

    @Test
    void afterItNothingAsksForTlsAgain() {
        tls(Tls.REQUIRE, startTls(), ClientScript.encrypted().option(OptionCode.LIST).info("nope").option(99).exportName("disk"));
        assertFalse(n.types().contains("ERR_TLS_REQD"));
        n.session();
    }

    @Test
    void itsTextTellsTheClientWhatToDo() {
        tls(Tls.REQUIRE, ClientScript.fixed().go("disk").abort(), ClientScript.encrypted()).ended();
        assertTrue(n.answers().get(0).text().contains("STARTTLS"));
    }

    @Test
    void aServerThatStopsRefusesIt() {
        n.stopping(() -> true);
        tls(Tls.ON, startTls().abort(), ClientScript.encrypted()).ended();
        assertEquals("ERR_SHUTDOWN", n.typesFor(OptionCode.STARTTLS));
    }
}
