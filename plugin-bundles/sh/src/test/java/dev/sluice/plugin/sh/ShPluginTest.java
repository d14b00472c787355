package dev.sluice.plugin.sh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Flags;
import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.LayerHarness;
import dev.sluice.api.contract.PluginContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShPluginTest extends PluginContract {
    private static final String DISK = """
            #!/bin/sh
            echo "$@" >> calls
            case $1 in
                load) truncate -s 300K $tmpdir/disk ;;
                config) echo "$2=$3" >> config ;;
                magic_config_key) echo file ;;
                open) echo "handle of $3" ;;
                get_size) echo 300K ;;
                can_write|can_flush|can_trim|can_zero|can_multi_conn) exit 0 ;;
                can_fua) echo native ;;
                pread) dd if=$tmpdir/disk iflag=skip_bytes,count_bytes skip=$4 count=$3 status=none ;;
                pwrite) dd of=$tmpdir/disk oflag=seek_bytes seek=$4 conv=notrunc status=none ;;
                zero) dd if=/dev/zero of=$tmpdir/disk oflag=seek_bytes iflag=count_bytes seek=$4 count=$3 conv=notrunc status=none ;;
                flush|trim|close) ;;
                export_description) echo "about $2" ;;
                *) exit 2 ;;
            esac
            """;

    @Override
    protected NbdPlugin newKind() {
        return new ShPlugin();
    }

    @Override
    protected String kindName() {
        return "sh";
    }

    @Override
    protected List<String> words() throws IOException {
        return List.of(script("disk.sh", DISK));
    }

    private String script(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return "./" + name;
    }

    private String logged(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    private static String refused(LayerHarness harness) {
        return assertThrows(ConfigException.class, harness::start).getMessage();
    }

    private LayerHarness harness(String... words) {
        return LayerHarness.plugin(ShPlugin::new, "sh", List.of(words), directory);
    }

    @Test
    void theCallsComeInTheOrderOfTheProtocol() throws Exception {
        LayerHarness h = harness(script("disk.sh", DISK), "a=b").start();
        h.connect().disconnect();
        h.close();
        List<String> calls = logged("calls").lines().map(l -> l.split(" ")[0]).toList();
        assertEquals(List.of("load", "config", "config_complete", "thread_model", "get_ready", "after_fork", "open", "get_size",
                "can_write", "can_flush", "is_rotational", "can_multi_conn", "can_extents", "can_zero", "can_trim", "can_fast_zero",
                "can_fua", "can_cache", "block_size", "close", "unload"), calls);
        assertTrue(logged("calls").contains("open false  false\n"), logged("calls"));
        assertTrue(logged("calls").contains("close handle of \n"), logged("calls"));
    }

    @Test
    void bareWordsBelongToTheKeyThatTheScriptNames() throws Exception {
        start(List.of(script("disk.sh", DISK), "x=1", "some file", "y="));
        assertEquals("x=1\nfile=some file\ny=\n", logged("config"));
    }

    @Test
    void aBareWordWithoutSuchAKeyIsRefused() throws Exception {
        String text = refused(harness(script("s", "#!/bin/sh\nexit 2\n"), "word"));
        assertEquals("expecting key=value on the command line but got: word (the script has no magic_config_key)", text);
    }

    @Test
    void aWordForAScriptWithoutConfigIsRefused() throws Exception {
        String text = refused(harness(script("s", "#!/bin/sh\nexit 2\n"), "a=b"));
        assertEquals("this script does not need command line configuration (it has no config method), but got: a=b", text);
    }

    @Test
    void aScriptThatDoesNotExistIsNamed() {
        String text = refused(harness("./nothing.sh"));
        assertEquals("script=" + directory.resolve("nothing.sh") + ": no such file or directory", text);
    }

    @Test
    void aScriptThatIsNotExecutableIsNamed() throws IOException {
        Files.writeString(directory.resolve("plain"), "exit 2\n");
        String text = refused(harness("plain"));
        assertEquals("script=" + directory.resolve("plain") + " can't be run: it must be a file that is executable (chmod +x)", text);
    }

    @Test
    void theScriptMayStandBehindOtherWords() throws Exception {
        start(List.of("a=b", "script=" + script("s", DISK)));
        assertEquals("a=b\n", logged("config"));
    }

    @Test
    void aScriptWithoutAFirstLineIsRunByTheShell() throws Exception {
        assertEquals(300 << 10, start(List.of(script("s", DISK.substring(DISK.indexOf('\n') + 1)))).connect().info().size());
    }

    @Test
    void aScriptComesOnStandardInput() throws Exception {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("case $1 in get_size) echo 7;; *) exit 2;; esac\n".getBytes(StandardCharsets.UTF_8)));
        try {
            assertEquals(7, start(List.of("-")).connect().info().size());
            assertTrue(refused(harness("-")).startsWith("script=-: standard input is empty or was read already"));
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void anErrorInConfigIsTheOperators() throws Exception {
        String text = refused(harness(script("s",
                "#!/bin/sh\ncase $1 in config) echo EINVAL no $2 here >&2; exit 1;; *) exit 2;; esac"), "a=b"));
        assertTrue(text.endsWith("config: no a here"), text);
    }

    @Test
    void theDescriptionIsThatOfTheHandle() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        assertEquals("about handle of", ((NbdPlugin) h.layer()).description(c.request()).strip());
        assertEquals("about handle of x", ((NbdPlugin) h.layer()).description(c.request().withExportName("x")));
        assertTrue(logged("calls").contains("close handle of x\n"));
    }

    @Test
    void aChangeOfCodeKeepsTheDirectoryAndTheHandles() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.write(1000, new byte[] {1, 2, 3}, Flags.NONE);
        Files.delete(directory.resolve("calls"));
        Connection after = h.swap().get(0);
        assertArrayEquals(new byte[] {1, 2, 3}, after.read(1000, 3));
        List<String> calls = logged("calls").lines().map(l -> l.split(" ")[0]).toList();
        assertFalse(calls.contains("open"), calls.toString());
        assertFalse(calls.contains("close"), calls.toString());
        assertEquals(1, calls.stream().filter("load"::equals).count());
        assertEquals(1, calls.stream().filter("unload"::equals).count());
    }

    @Test
    void anotherScriptFindsTheDirectoryOfTheOldOne() throws Exception {
        LayerHarness h = start();
        h.connect().write(1000, new byte[] {1, 2, 3}, Flags.NONE);
        Connection after = h.swap(List.of(script("other.sh", DISK.replace("handle of", "new handle of")))).get(0);
        assertArrayEquals(new byte[] {1, 2, 3}, after.read(1000, 3));
        assertTrue(logged("calls").contains("pread new handle of"), logged("calls"));
    }

    @Test
    void aChangeThatIsTakenBackLeavesTheOldScriptAsItWas() throws Exception {
        LayerHarness h = start();
        Connection c = h.connect();
        c.write(1000, new byte[] {1, 2, 3}, Flags.NONE);
        h.rollBack();
        assertArrayEquals(new byte[] {1, 2, 3}, c.read(1000, 3));
        assertArrayEquals(new byte[] {1, 2, 3}, h.rollBackLate().get(0).read(1000, 3));
    }

    @Test
    void nothingIsLeftBehindAtTheEnd() throws Exception {
        LayerHarness h = harness(script("disk.sh", DISK)).start();
        h.connect().write(0, new byte[5], Flags.NONE);
        h.swap();
        h.swap(List.of(script("other.sh", DISK + "# other\n")));
        h.close();
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of("calls", "disk.sh", "other.sh"), left.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aScriptThatFailsAtTheStartLeavesNothingBehind() throws Exception {
        refused(harness(script("s", "#!/bin/sh\ncase $1 in get_ready) exit 1;; *) exit 2;; esac")));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of("s"), left.map(p -> p.getFileName().toString()).toList());
        }
    }
}
