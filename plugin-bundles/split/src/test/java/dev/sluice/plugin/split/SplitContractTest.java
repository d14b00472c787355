package dev.sluice.plugin.split;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.Connection;
import dev.sluice.api.contract.PluginContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** Three files of odd sizes and an empty one. */
class SplitContractTest extends PluginContract {
    private byte[] all;

    @Override
    protected NbdPlugin newKind() {
        return new SplitPlugin();
    }

    @Override
    protected String kindName() {
        return "split";
    }

    @Override
    protected List<String> words() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] sizes = {100_001, 0, 1, 200_000};
        for (int i = 0; i < sizes.length; i++) {
            byte[] bytes = random.bytes(sizes[i]);
            out.write(bytes);
            Files.write(directory.resolve("part" + i), bytes);
        }
        all = out.toByteArray();
        return List.of("part0", "file=part1", "part2", "part3");
    }

    @Override
    protected byte[] expected(Connection connection) {
        return all.clone();
    }
}
