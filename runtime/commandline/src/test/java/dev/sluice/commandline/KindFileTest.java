package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KindFileTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"./memory", "/memory", "memory.so", "a\\b", "a:b", "a;b", "a b", "a,b", "a=b", "a\tb", "a\u007fb", ""})
    void theseAreFiles(String word) {
        assertTrue(KindFile.isMeant(word));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "data_x", "a-b", "\u00e9"})
    void theseAreNames(String word) {
        assertFalse(KindFile.isMeant(word));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "#!/usr/sbin/nbdkit sh           | sh",
        "#! /opt/sluice/bin/sluice eval x| eval,x",
        "#!/usr/bin/env -S nbdkit sh     | sh",
        "#!/usr/bin/env nbdkit           | ",
        "#!/bin/sh                       | ",
        "# nbdkit sh                     | ",
        "#!/usr/sbin/nbdkit              | ",
    })
    void aScriptNamesItsPluginInTheFirstLine(String line, String words) throws Exception {
        Path script = Files.writeString(directory.resolve("script"), line.strip() + "\necho hello\n");
        assertEquals(Optional.ofNullable(words).map(w -> List.of(w.split(","))), KindFile.interpreter(script));
    }

    @Test
    void theScriptBecomesAParameterOfItsPlugin() throws Exception {
        Path script = Files.writeString(directory.resolve("s.lang"), "#!/usr/sbin/nbdkit lang\n");
        OptionParser.Line line = OptionParser.parse(List.of("-r", "./s.lang", "a=b"));
        OptionParser.Line expanded = KindFile.expand(line, directory);
        assertEquals(List.of("lang", "script=" + script, "a=b"), expanded.words());
        assertEquals(line.options(), expanded.options());
    }

    /** The plugin sh runs its script: one that runs the server again would start servers until the machine is full. */
    @Test
    void aScriptThatRunsTheServerIsNoScriptForSh() throws Exception {
        Path script = Files.writeString(directory.resolve("s.sh"), "#!/usr/sbin/nbdkit sh\n");
        for (List<String> words : List.of(List.of("./s.sh"), List.of("sh", "./s.sh", "load"), List.of("sh", "script=" + script))) {
            UsageException e = assertThrows(UsageException.class, () -> KindFile.expand(OptionParser.parse(words), directory));
            assertTrue(e.getMessage().startsWith("error: the first line of " + script + " names this program"), e.getMessage());
        }
        Files.writeString(script, "#!/bin/sh\n");
        assertEquals(List.of("sh", "./s.sh"), KindFile.expand(OptionParser.parse(List.of("sh", "./s.sh")), directory).words());
    }

    @Test
    void whatIsNoScriptStaysAsItIs() throws Exception {
        for (String word : new String[] {"memory", "./none", "."}) {
            OptionParser.Line line = OptionParser.parse(List.of(word, "1M"));
            assertEquals(line, KindFile.expand(line, directory));
        }
    }
}
