package dev.sluice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.annotations.Component;

/** The table of commands, the component that Gogo sees and the document say the same. */
class DocumentTest {
    private static final Path DOCUMENT = Path.of("../../docs/shell.md");

    @Test
    void everyCommandIsDocumentedWithItsSynopsisAndSummary() throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT).stream().filter(l -> l.startsWith("| `nbd:")).toList();
        List<String> expected = Arrays.stream(Command.values())
                .map(c -> "| `" + c.synopsis().replace("|", "\\|") + "` | " + c.summary() + " |").toList();
        assertEquals(String.join("\n", expected), String.join("\n", rows));
    }

    @Test
    void everyOptionIsDocumented() throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT).stream().filter(l -> l.startsWith("| `--")).toList();
        List<String> expected = Arrays.stream(Flag.values())
                .map(f -> "| `" + (f.text() + " " + f.argument()).strip().replace("|", "\\|") + "` | " + f.help() + " |").toList();
        assertEquals(String.join("\n", expected), String.join("\n", rows));
    }

    @Test
    void everyCommandIsAMethodThatTakesWordsAndAnswersText() {
        Set<String> methods = Arrays.stream(GogoCommands.class.getDeclaredMethods())
                .filter(m -> java.lang.reflect.Modifier.isPublic(m.getModifiers()) && m.getReturnType() == String.class
                        && Arrays.equals(m.getParameterTypes(), new Class<?>[] {String[].class}))
                .map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
        Set<String> commands = Arrays.stream(Command.values()).map(Command::text).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(commands, methods);
    }

    @Test
    void theComponentListsThemAll() throws IOException {
        String descriptor = Files.readString(Path.of("target/classes/OSGI-INF/dev.sluice.shell.GogoCommands.xml"));
        for (Command command : Command.values()) {
            assertTrue(descriptor.contains(command.text()), command + " is missing in " + Component.class.getSimpleName());
        }
    }
}
