package dev.sluice.itests.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** qemu's block layer as a client. */
class QemuIT extends InteropTest {
    @BeforeAll
    void installed() {
        Requires.programs("qemu-img", "qemu-io");
    }

    @ParameterizedTest
    @MethodSource("uris")
    void qemuImgInfoShowsTheSize(String uri) throws Exception {
        String out = Tool.run("qemu-img", "info", "--output=json", "-f", "raw", uri).ok().out();
        assertTrue(out.contains("\"virtual-size\": 67108864"), out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void qemuImgConvertThereAndBackGivesTheSameBytes(String uri) throws Exception {
        Path in = image("in.img");
        Path out = scratch.resolve("out.img");
        Files.deleteIfExists(out);
        Tool.run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", in, uri).ok();
        Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", in, uri).ok();
        Tool.run("qemu-img", "convert", "-f", "raw", "-O", "raw", uri, out).ok();
        assertSame(in, out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void qemuImgMapsDataAndHoles(String uri) throws Exception {
        Tool.run("qemu-io", "-f", "raw", "-c", "discard 0 64M", "-c", "write -P 1 8M 1M", uri).ok();
        String out = Tool.run("qemu-img", "map", "-f", "raw", "--output=json", uri).ok().out();
        assertTrue(out.contains("\"start\": 8388608, \"length\": 1048576") && out.contains("\"data\": true"), out);
        assertTrue(out.contains("\"start\": 0, \"length\": 8388608"), out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void qemuIoWritesAndVerifies(String uri) throws Exception {
        Tool done = Tool.run("qemu-io", "-f", "raw",
                "-c", "write -P 0x5a 1M 64k", "-c", "read -P 0x5a 1M 64k",
                "-c", "write -f -P 0x5b 1M 4k", "-c", "read -P 0x5b 1M 4k",
                "-c", "write -z 1M 8k", "-c", "read -P 0 1M 8k",
                "-c", "write -z -u 2M 1M", "-c", "read -P 0 2M 1M",
                "-c", "discard 4M 4M",
                "-c", "aio_write -P 1 8M 1M", "-c", "aio_write -P 2 9M 1M", "-c", "aio_write -P 3 10M 1M", "-c", "aio_flush",
                "-c", "read -P 2 9M 1M", "-c", "flush", uri).ok();
        assertTrue(!done.out().contains("verification failed"), done.out());
    }

    @ParameterizedTest
    @MethodSource("memoryUris")
    void aQcow2ImageCanLiveOnTheExport(String uri) throws Exception {
        Tool.run("qemu-img", "create", "-f", "qcow2", uri, "40M").ok();
        Tool.run("qemu-io", "-f", "qcow2", "-c", "write -P 7 0 20M", "-c", "read -P 7 0 20M", uri).ok();
        Tool.run("qemu-img", "check", "-f", "qcow2", uri).ok();
    }
}
