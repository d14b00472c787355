package dev.sluice.itests.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** nbd-client, which shares no code with libnbd or qemu, and fio with its verification. */
class OtherClientsIT extends InteropTest {
    @Test
    void nbdClientListsTheExportsOverTcp() throws Exception {
        Requires.programs("nbd-client");
        sluice();
        String out = Tool.run("nbd-client", "-l", "127.0.0.1", "-p", server.tcp().getPort()).ok().out();
        assertTrue(out.contains("memory") && out.contains("file") && out.contains("chain"), out);
    }

    @Test
    void nbdClientListsTheExportsOverAUnixSocket() throws Exception {
        Requires.programs("nbd-client");
        sluice();
        String out = Tool.run("nbd-client", "-l", "-unix", server.unix()).ok().out();
        assertTrue(out.contains("memory") && out.contains("file") && out.contains("chain"), out);
    }

    @ParameterizedTest
    @MethodSource("uris")
    void fioWritesAndVerifiesRandomBlocks(String uri) throws Exception {
        Requires.programs("fio");
        String out = Tool.run("fio", "--name=verify", "--ioengine=nbd", "--uri=" + uri, "--rw=randwrite", "--bs=4k", "--size=24M",
                "--iodepth=16", "--verify=crc32c", "--do_verify=1", "--verify_fatal=1", "--verify_state_save=0").ok().out();
        assertTrue(out.contains("err= 0"), out);
    }

    @ParameterizedTest
    @MethodSource("memoryUris")
    void fioMixesReadsWritesAndTrimsOfAllSizes(String uri) throws Exception {
        Requires.programs("fio");
        String out = Tool.run("fio", "--name=mix", "--ioengine=nbd", "--uri=" + uri, "--rw=randrw", "--bsrange=512-128k", "--size=32M",
                "--iodepth=32", "--verify=crc32c", "--verify_fatal=1", "--verify_state_save=0", "--fsync=64").ok().out();
        assertTrue(out.contains("err= 0"), out);
    }
}
