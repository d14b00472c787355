package dev.sluice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.ParameterStatus;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompletionTest {
    private final FakeServer server = new FakeServer();
    private final Completion completion = new Completion(server);

    @BeforeEach
    void someServer() {
        server.kind("memory", false, false, "");
        server.kinds.add(new KindStatus("log", true, "1", "b", "l", "", true, false, List.of(
                new ParameterStatus("logfile", List.of(), "path", List.of(), "", true, false, false, false, ""),
                new ParameterStatus("logformat", List.of(), "choice", List.of("text", "json"), "", false, false, false, false, ""))));
        server.export("disk", ExportState.ACTIVE, "", 0, "log", "cow", "log", "memory 1G");
        server.export("other", ExportState.ACTIVE, "", 0, "memory 1G");
    }

    private List<String> after(String... words) {
        return completion.apply(List.of(words));
    }

    @Test
    void theFirstWordIsACommandWithOrWithoutScope() {
        assertEquals(List.of("set", "start", "stats", "stop", "swaps"), after("s"));
        assertEquals(List.of("nbd:plugins"), after("nbd:p"));
    }

    @Test
    void exportsLayersAndKeysFollow() {
        assertEquals(List.of("disk", "other"), after("nbd:set", ""));
        assertEquals(List.of("cow", "log:1", "log:2", "memory"), after("set", "disk", ""));
        assertEquals(List.of("logfile=", "logformat=", "logformat=json", "logformat=text"), after("set", "disk", "log:2", "lo"));
    }

    @Test
    void optionsAreThoseOfTheCommand() {
        assertEquals(List.of("--drain", "--mode", "--save"), after("stop", "disk", "--"));
        assertEquals(List.of("hard", "hide"), after("stop", "disk", "--mode", "h"));
        assertEquals(List.of("cow"), after("insert", "disk", "log", "--before", "c"));
    }

    @Test
    void theKindsOfAnExportAreAPluginAndFilters() {
        assertEquals(List.of("memory"), after("export", "new", ""));
        assertEquals(List.of("log"), after("export", "new", "memory", "1G", "--filter", ""));
        assertEquals(List.of("logfile="), after("export", "new", "memory", "1G", "--filter", "log", "logfi"));
    }

    @Test
    void unknownCommandsHaveNothing() {
        assertTrue(after("lb", "").isEmpty());
        assertTrue(after("list", "").isEmpty());
        assertTrue(completion.apply(List.of()).isEmpty());
    }
}
