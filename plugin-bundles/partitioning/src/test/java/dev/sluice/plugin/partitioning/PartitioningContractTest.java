package dev.sluice.plugin.partitioning;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.PluginContract;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** A GPT, whose random numbers must survive a change of code. Not every byte can be written. */
class PartitioningContractTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new PartitioningPlugin();
    }

    @Override
    protected String kindName() {
        return "partitioning";
    }

    @Override
    protected List<String> words() throws IOException {
        Files.write(directory.resolve("a"), random.bytes(100_001));
        Files.write(directory.resolve("b"), random.bytes(300_000));
        return List.of("alignment=4k", "a", "file=b", "partition-type=gpt");
    }

    @Override
    protected boolean keepsWrites() {
        return false;
    }
}
