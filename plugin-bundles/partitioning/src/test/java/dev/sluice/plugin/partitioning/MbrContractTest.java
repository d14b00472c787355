package dev.sluice.plugin.partitioning;

import dev.sluice.api.NbdPlugin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An MBR with logical partitions, on a platform without the calls of the C library. */
class MbrContractTest extends PartitioningContractTest {
    @Override
    protected NbdPlugin newKind() {
        return new PartitioningPlugin(Optional::empty);
    }

    @Override
    protected List<String> words() throws IOException {
        super.words();
        List<String> words = new ArrayList<>(List.of("alignment=1k", "partition-type=mbr"));
        for (int i = 0; i < 4; i++) {
            words.add("a");
            words.add("b");
        }
        return words;
    }
}
