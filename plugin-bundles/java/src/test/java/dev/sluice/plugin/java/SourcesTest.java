package dev.sluice.plugin.java;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.ExportInfo;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.ThreadModel;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
    private static final String DEVICE = """
            import dev.sluice.api.*;
            class One implements NbdDevice {
                public DeviceInfo info() { return DeviceInfo.readOnly(1).build(); }
                public void read(long offset, int length, ReadReply reply) throws java.io.IOException {
                    reply.buffer(length).put((byte) 1);
                }
            }
            """;
    private static final String PLUGIN = """
            import dev.sluice.api.*;
            import java.io.IOException;
            import java.util.List;
            @Parameter(name = "size", type = ParameterType.SIZE, magic = true, required = true, help = "size")
            @Parameter(name = "file", type = ParameterType.PATH, help = "a file")
            public class Full implements NbdPlugin {
                private long size;
                static String log = "";
                public void configure(Parameters p) {
                    size = p.size("size");
                    if (p.has("file")) {
                        log = p.path("file").toString();
                    }
                    if (size == 13) {
                        throw new ConfigException("size=13: not that");
                    }
                }
                public ThreadModel threadModel() { return ThreadModel.SERIALIZE_REQUESTS; }
                public List<ExportInfo> exports(ClientInfo c) { return List.of(new ExportInfo("a", log)); }
                public String defaultExport(ClientInfo c) { return "a"; }
                public String description(OpenRequest r) { return "about " + r.exportName(); }
                public NbdDevice open(OpenRequest request) { return new Zeroes(size); }
            }
            record Zeroes(long size) implements NbdDevice {
                public DeviceInfo info() { return DeviceInfo.readOnly(size).build(); }
                public void read(long offset, int length, ReadReply reply) throws IOException { reply.zeroes(length); }
            }
            """;

    @TempDir
    private Path directory;
    private LayerHarness harness;

    private LayerHarness layer(String source, String... words) throws IOException {
        Files.writeString(directory.resolve("Disk.java"), source);
        return of(Stream.concat(Stream.of("Disk.java"), Stream.of(words)).toArray(String[]::new));
    }

    private LayerHarness of(String... words) {
        return LayerHarness.plugin(JavaPlugin::new, "java", List.of(words), directory);
    }

    private Connection connect(String source, String... words) throws Exception {
        harness = layer(source, words);
        return harness.start().connect();
    }

    private String refused(String source, String... words) throws IOException {
        return assertThrows(ConfigException.class, layer(source, words)::start).getMessage();
    }

    @AfterEach
    void end() throws IOException {
        if (harness != null) {
            harness.close();
        }
    }

    @Test
    void theFirstExampleOfTheReadmeWorks() throws Exception {
        String source = ReadmeExamples.named("Sectors", MODULE);
        assertTrue(source.lines().count() <= 32, "it is to be short");
        Connection c = connect(source, "10K");
        assertEquals(10 << 10, c.info().size());
        assertArrayEquals(new byte[] {0, 1, 1}, c.read(511, 3));
    }

    @Test
    void aClassThatIsOnlyADeviceIsServed() throws Exception {
        assertArrayEquals(new byte[] {1}, connect(DEVICE).read(0, 1));
    }

    @Test
    void aPluginDoesAllThatPluginsDo() throws Exception {
        Connection c = connect(PLUGIN, "5", "file=x");
        assertEquals(5, c.info().size());
        assertEquals(ThreadModel.SERIALIZE_REQUESTS, harness.layer().threadModel());
        NbdPlugin plugin = (NbdPlugin) harness.layer();
        assertEquals(List.of(new ExportInfo("a", directory.resolve("x").toString())), plugin.exports(new TestClient(1)));
        assertEquals("a", plugin.defaultExport(new TestClient(1)));
        assertEquals("about z", plugin.description(c.request().withExportName("z")));
    }

    @Test
    void aPluginWithAPackageIsServed() throws Exception {
        assertEquals(1, connect("package org.example.disk;\n" + DEVICE).info().size());
    }

    @Test
    void aSourceOfTheSameNameReplacesTheOneInUse() throws Exception {
        String ram = ReadmeExamples.named("Ram", MODULE);
        connect(ram, "1000").write(3, new byte[] {1, 2, 3}, Flags.NONE);
        Files.writeString(directory.resolve("Disk.java"), ram.replace("put(disk, (int) offset, length)",
                "put((byte) 77).put(disk, (int) offset + 1, length - 1)"));
        assertArrayEquals(new byte[] {77, 2, 3}, harness.swap().get(0).read(3, 3));
    }

    @Test
    void aCompileErrorNamesFileAndLine() throws IOException {
        assertEquals("Disk.java:3: cannot find symbol symbol: class DeviceInformation location: class One",
                refused(DEVICE.replace("DeviceInfo info", "DeviceInformation info")));
    }

    @Test
    void ofSeveralCompileErrorsTheFirstIsInTheMessage() throws IOException {
        String text = refused("class A {\n int a = b;\n int c = d;\n int e = f;\n}\n");
        assertTrue(text.startsWith("Disk.java:2: cannot find symbol"), text);
        assertTrue(text.endsWith(" (and 2 more errors)"), text);
    }

    @Test
    void aSourceThatIsNotThereIsNamed() {
        String text = assertThrows(ConfigException.class, of("none.java")::start).getMessage();
        assertEquals("source=" + directory.resolve("none.java") + " can't be read: no such file or directory", text);
    }

    @Test
    void aFileThatIsNoTextIsNamed() throws IOException {
        Files.write(directory.resolve("Disk.java"), new byte[] {(byte) 0xff, (byte) 0xfe});
        String text = assertThrows(ConfigException.class, of("Disk.java")::start).getMessage();
        assertTrue(text.endsWith(" can't be read: it is no UTF-8 text"), text);
    }

    @Test
    void theSourceMayStandBehindOtherWords() throws Exception {
        Files.writeString(directory.resolve("Disk.java"), PLUGIN);
        harness = of("size=7", "revision=2", "source=Disk.java");
        assertEquals(7, harness.start().connect().info().size());
    }

    @Test
    void aSourceWithoutAPluginIsNamed() throws IOException {
        assertEquals("Disk.java: there is no class that implements dev.sluice.api.NbdPlugin or NbdDevice", refused("class A { }"));
    }

    @Test
    void ofSeveralDevicesOneMustHaveTheNameOfTheFile() throws Exception {
        String two = DEVICE + DEVICE.substring(DEVICE.indexOf('\n')).replace("class One", "class Two");
        assertEquals("Disk.java: [One, Two] could all be the plugin; one must have the name Disk", refused(two));
        assertEquals(1, connect(two.replace("class Two", "class Disk")).info().size());
    }

    @Test
    void aClassWithoutAFittingConstructorIsNamed() throws IOException {
        assertEquals("Disk.java: class One needs a constructor without arguments, or with one of type Parameters",
                refused(DEVICE.replace("class One implements NbdDevice {", "class One implements NbdDevice { One(int i) { }")));
    }

    @Test
    void aConstructorThatFailsIsNamed() throws IOException {
        String text = refused(DEVICE.replace("implements NbdDevice {", "implements NbdDevice { { int[] a = new int[-1]; }"));
        assertEquals("Disk.java: no object of class One can be made: java.lang.NegativeArraySizeException: -1", text);
    }

    @Test
    void wordsAreCheckedAgainstTheDeclarations() throws IOException {
        assertEquals("Disk.java: unknown parameter 'sice'; it takes size, file", refused(PLUGIN, "sice=1"));
        assertTrue(refused(PLUGIN).startsWith("Disk.java: parameter 'size' must be given"));
        assertEquals("size=13: not that", refused(PLUGIN, "13"));
    }

    @Test
    void onlyTheApiAndTheJdkCanBeSeen() throws IOException {
        assertEquals("Disk.java:1: package org.junit.jupiter.api does not exist", refused("import org.junit.jupiter.api.Test;\n" + DEVICE));
        String text = refused(DEVICE.replace("implements NbdDevice {",
                "implements NbdDevice { One() throws Exception { Class.forName(\"org.junit.jupiter.api.Test\"); }"));
        assertTrue(text.contains("ClassNotFoundException: org.junit.jupiter.api.Test (a plugin in one file sees the JDK"), text);
    }
}
