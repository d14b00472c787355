package dev.sluice.filter.exportname;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.ModelDevice;
import dev.sluice.api.contract.TestClient;
import dev.sluice.api.contract.TestOpenRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportnameTest {
    private final TestClient client = new TestClient(1);

    private static LayerHarness start(String... words) throws Exception {
        LayerHarness h = LayerHarness.filter(ExportnameFilter::new, "exportname", List.of(words), Path.of("/"), ModelDevice.of(new byte[1]))
                .start();
        h.next().exports(List.of(new ExportInfo("a", "first"), new ExportInfo("b", "")));
        return h;
    }

    private List<ExportInfo> list(String... words) throws Exception {
        LayerHarness h = start(words);
        return ((NbdFilter) h.layer()).exports(client, h.next());
    }

    private List<String> names(String... words) throws Exception {
        return list(words).stream().map(ExportInfo::name).toList();
    }

    private String defaultExport(String... words) throws Exception {
        LayerHarness h = start(words);
        return ((NbdFilter) h.layer()).defaultExport(client, h.next());
    }

    private String description(String name, String... words) throws Exception {
        LayerHarness h = start(words);
        return ((NbdFilter) h.layer()).description(new TestOpenRequest(h.context(), name, false, client), h.next());
    }

    private void open(String name, String... words) throws Exception {
        LayerHarness h = start(words);
        h.connect(new TestOpenRequest(h.context(), name, false, client));
        assertEquals(name, h.next().requests().get(0).exportName());
    }

    @Test
    void withoutParametersNothingChanges() throws Exception {
        assertEquals(List.of(new ExportInfo("a", "first"), new ExportInfo("b", "")), list());
        assertEquals("default of the model", defaultExport());
        assertEquals("description of the model", description("a"));
        open("whatever");
    }

    @Test
    void theEmptyNameStandsForTheGivenOne() throws Exception {
        assertEquals("b", defaultExport("default-export=b"));
        assertEquals("b", defaultExport("default_export=b"));
    }

    @Test
    void anEmptyDefaultIsLikeNone() throws Exception {
        assertEquals("default of the model", defaultExport("default-export="));
    }

    @Test
    void theListCanBeRefused() {
        var e = assertThrows(NbdException.class, () -> list("exportname-list=error"));
        assertEquals("the list of exports is not shown (exportname-list=error)", e.getMessage());
    }

    @Test
    void theListCanBeEmpty() throws Exception {
        assertEquals(List.of(), names("exportname-list=empty", "exportname=a"));
    }

    @Test
    void theListCanHaveTheDefaultOnly() throws Exception {
        assertEquals(List.of("default of the model"), names("exportname-list=defaultonly"));
        assertEquals(List.of("b"), names("exportname_list=defaultonly", "default-export=b"));
    }

    @Test
    void theListCanBeGiven() throws Exception {
        assertEquals(List.of("z", "", "a"),
                names("exportname-list=explicit", "exportname=z", "exportname=", "exportname=a", "exportname=z"));
        assertEquals(List.of(), names("exportname-list=explicit"));
    }

    @Test
    void namesThatAreNotGivenOpenUnlessItIsStrict() throws Exception {
        open("b", "exportname=a", "exportname-list=explicit");
        open("a", "exportname=a", "exportname-strict=true");
        var e = assertThrows(NbdException.class, () -> open("b", "exportname=a", "exportname_strict=true"));
        assertEquals("export 'b' is not permitted", e.getMessage());
        assertEquals(NbdError.EINVAL, e.error());
    }

    @Test
    void aRefusedNameNeverReachesTheLayerBehind() throws Exception {
        LayerHarness h = start("exportname-strict=true");
        assertThrows(NbdException.class, h::connect);
        assertEquals(List.of(), h.next().requests());
    }

    @Test
    void aStrictListMustHaveTheEmptyNameForClientsThatGiveNone() throws Exception {
        var e = assertThrows(NbdException.class, () -> defaultExport("exportname-strict=true", "exportname=a", "default-export=a"));
        assertEquals("the default export (\"\") is not permitted", e.getMessage());
        assertEquals("a", defaultExport("exportname-strict=true", "exportname=", "default-export=a"));
    }

    @Test
    void whatTheEmptyNameStandsForMustBeInAStrictListToo() {
        assertThrows(NbdException.class, () -> open("b", "exportname-strict=true", "exportname=", "default-export=b"));
    }

    @Test
    void descriptionsCanBeTakenAway() throws Exception {
        assertEquals(List.of(new ExportInfo("a", ""), new ExportInfo("b", "")), list("exportdesc=none"));
        assertEquals("", description("a", "exportdesc=none"));
    }

    @Test
    void descriptionsCanBeTheSameForAll() throws Exception {
        assertEquals(List.of(new ExportInfo("a", "x: y"), new ExportInfo("b", "x: y")), list("exportdesc=fixed:x: y"));
        assertEquals("x: y", description("a", "exportdesc=fixed:x: y"));
        assertEquals("", description("a", "exportdesc=fixed:"));
    }

    @Test
    void aScriptFindsTheNameAndItsOutputDescribes() throws Exception {
        String word = "exportdesc=script:echo \"<$name>\"; echo more";
        assertEquals("<it's $x>\nmore", description("it's $x", word));
        assertEquals(List.of("<a>\nmore", "<b>\nmore"), list(word).stream().map(ExportInfo::description).toList());
    }

    @Test
    void aScriptThatFailsDescribesNothing() throws Exception {
        assertEquals("", description("a", "exportdesc=script:echo half; exit 3"));
    }

    @Test
    void moreThanTheProtocolAllowsIsCutOff() throws Exception {
        assertEquals(4096, description("a", "exportdesc=script:head -c 300000 /dev/zero | tr '\\0' x").length());
    }

    @Test
    void noCharacterIsCutInHalf() throws Exception {
        String text = description("a", "exportdesc=script:i=0; while test $i -lt 1400; do printf '\\342\\202\\254'; i=$((i+1)); done");
        assertEquals("\u20ac".repeat(1365), text);
    }

    @Test
    void aScriptEndsWhenTheDeviceMustClose() throws Exception {
        LayerHarness h = start("exportdesc=script:sleep 100");
        TestOpenRequest request = new TestOpenRequest(h.context(), "a", false, client);
        request.cancellation().cancel("stop");
        var e = assertThrows(NbdException.class, () -> ((NbdFilter) h.layer()).description(request, h.next()));
        assertEquals(NbdError.ESHUTDOWN, e.error());
    }

    @Test
    void aConnectedClientKeepsANameThatWouldNoLongerBePermitted() throws Exception {
        LayerHarness h = start("exportname-strict=true", "exportname=a");
        h.connect(new TestOpenRequest(h.context(), "a", false, client));
        var e = assertThrows(NbdException.class, () -> h.swap(List.of("exportname-strict=true", "exportname=b")));
        assertEquals("export 'a' is not permitted", e.getMessage());
    }

    @Test
    void unknownModesAreRefused() {
        assertEquals("exportname: exportname-list=some: must be one of keep, error, empty, defaultonly, explicit",
                assertThrows(ConfigException.class, () -> start("exportname-list=some")).getMessage());
        assertEquals("exportname: exportdesc=some: must be one of keep, none, fixed:TEXT, script:COMMAND",
                assertThrows(ConfigException.class, () -> start("exportdesc=some")).getMessage());
    }

    @Test
    void namesAndTextsThatAreTooLongAreRefused() {
        String name = "x".repeat(4097);
        assertEquals("exportname: exportname=xxxxxxxxxxxxxxxxxxxx...: it has 4097 bytes, the protocol allows 4096",
                assertThrows(ConfigException.class, () -> start("exportname=" + name)).getMessage());
        assertEquals("exportname: default-export=xxxxxxxxxxxxxxxxxxxx...: it has 4097 bytes, the protocol allows 4096",
                assertThrows(ConfigException.class, () -> start("default-export=" + name)).getMessage());
        assertEquals("exportname: exportdesc=fixed:...: the text has 4097 bytes, the protocol allows 4096",
                assertThrows(ConfigException.class, () -> start("exportdesc=fixed:" + name)).getMessage());
    }
}
