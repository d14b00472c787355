package dev.sluice.plugin.java;

import dev.sluice.api.NbdPlugin;
import dev.sluice.api.contract.PluginContract;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The contract, with the RAM disk of the README. */
class JavaPluginTest extends PluginContract {
    @Override
    protected NbdPlugin newKind() {
        return new JavaPlugin();
    }

    @Override
    protected String kindName() {
        return "java";
    }

    @Override
    protected List<String> words() throws IOException {
        Files.writeString(directory.resolve("Ram.java"), ReadmeExamples.named("Ram", moduleDirectory()));
        return List.of("Ram.java", "300K");
    }
}
