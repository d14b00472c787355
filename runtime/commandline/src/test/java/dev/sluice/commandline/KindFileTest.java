package dev.sluice.commandline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        Path script = Files.writeString(directory.resolve("s.sh"), "#!/usr/sbin/nbdkit sh\n");
        OptionParser.Line line = OptionParser.parse(List.of("-r", "./s.sh", "a=b"));
        OptionParser.Line expanded = KindFile.expand(line, directory);
        assertEquals(List.of("sh", "script=" + script, "a=b"), expanded.words());
        assertEquals(line.options(), expanded.options());
    }

    @Test
    void whatIsNoScriptStaysAsItIs() throws Exception {
        for (String word : new String[] {"memory", "./none", "."}) {
            OptionParser.Line line = OptionParser.parse(List.of(word, "1M"));
            assertEquals(line, KindFile.expand(line, directory));
        }
    }
}
