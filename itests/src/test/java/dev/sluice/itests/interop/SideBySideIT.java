package dev.sluice.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.util.LayerLine;
import dev.sluice.itests.harness.Await;
import dev.sluice.itests.harness.Distribution;
import dev.sluice.itests.harness.NbdkitServer;
import dev.sluice.itests.harness.Requires;
import dev.sluice.itests.harness.SluiceServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.service.cm.Configuration;

/**
 * Sluice and the installed nbdkit with the same words, asked the same: sizes, flags, lists, descriptions, bytes, errors and
 * extents are the same. What differs has to be in docs/nbdkit-differences.md.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SideBySideIT {
    private SluiceServer sluice;
    private Path directory;
    private String documented;
    private int number;

    @BeforeAll
    void start() throws Exception {
        Requires.programs("nbdkit");
        sluice = SluiceServer.startWithAllKinds();
        directory = Files.createTempDirectory("side");
        documented = Files.readString(document());
    }

    @AfterAll
    void stop() throws IOException {
        if (sluice != null) {
            sluice.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Path document() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isRegularFile(p.resolve("docs/nbdkit-differences.md"))) {
                return p.resolve("docs/nbdkit-differences.md");
            }
        }
        throw new AssertionError("the tests do not run inside of a checkout");
    }

    static List<Row> rows() {
        return Rows.all();
    }

    @Test
    void everyKindThatBothHaveHasARow() throws IOException {
        Set<String> missing = new TreeSet<>();
        Set<String> rows = new TreeSet<>();
        for (Row row : rows()) {
            int last = row.layers().size() - 1;
            for (int i = 0; i <= last; i++) {
                rows.add((i == last ? "plugin " : "filter ") + row.layers().get(i).get(0));
            }
        }
        for (String kind : Distribution.kinds().keySet()) {
            if (!rows.contains(kind) && !Rows.WITHOUT.contains(kind)) {
                missing.add(kind);
            }
        }
        assertEquals(Set.of(), missing, "kinds without a row in Rows");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bothDoTheSame(Row row) throws Exception {
        for (Row.Difference d : row.differences()) {
            assertTrue(documented.contains(d.documented()), () -> "docs/nbdkit-differences.md does not say '" + d.documented() + "'");
        }
        number++;
        List<String> theirs = nbdkit(row, Rows.files(directory.resolve(number + "n")));
        List<String> ours = sluice(row, Rows.files(directory.resolve(number + "s")));
        if (row.isRefused()) {
            assertEquals(List.of("refused"), theirs, "nbdkit");
            assertEquals(List.of("refused"), ours, "Sluice");
        } else {
            compare(row, theirs, ours);
        }
    }

    private static List<String> words(List<String> words, Path files) {
        return words.stream().map(w -> w.replace("{dir}", files.toString())).toList();
    }

    private List<String> nbdkit(Row row, Path files) throws IOException {
        List<String> command = new ArrayList<>();
        int last = row.layers().size() - 1;
        row.layers().subList(0, last).forEach(l -> command.add("--filter=" + l.get(0)));
        if (row.isReadOnly()) {
            command.add("-r");
        }
        command.addAll(words(row.layers().get(last), files));
        row.layers().subList(0, last).forEach(l -> command.addAll(words(l.subList(1, l.size()), files)));
        try (NbdkitServer server = NbdkitServer.run(command)) {
            return server.isRunning() ? talk(server.unix(), row) : List.of("refused");
        }
    }

    private List<String> sluice(Row row, Path files) throws Exception {
        String[] lines = row.layers().stream().map(l -> LayerLine.join(words(l, files))).toArray(String[]::new);
        Map<String, Object> more = row.isReadOnly() ? Map.of("read-only", true) : Map.of();
        Configuration c = sluice.configure(SluiceRuntime.EXPORT_PID, SluiceServer.exportProperties("*", more, lines));
        try {
            boolean active = sluice.awaitExport("*").state() == ExportState.ACTIVE;
            return active ? talk(sluice.unix(), row) : List.of("refused");
        } finally {
            c.delete();
            Await.until("the export is gone", () -> sluice.runtime().exports().isEmpty());
        }
    }

    private static List<String> talk(Path socket, Row row) throws IOException {
        List<String> said = Conversation.with(UnixDomainSocketAddress.of(socket), row);
        return row.isRefused() && said.get(said.size() - 1).equals("GO: refused") ? List.of("refused") : said;
    }

    private static void compare(Row row, List<String> theirs, List<String> ours) {
        List<String> differ = new ArrayList<>();
        Set<Row.Difference> used = new HashSet<>();
        Map<String, String> left = byQuestion(theirs);
        Map<String, String> right = byQuestion(ours);
        Set<String> questions = new LinkedHashSet<>(left.keySet());
        questions.addAll(right.keySet());
        for (String question : questions) {
            String nbdkit = left.getOrDefault(question, "was not asked: " + question);
            String sluice = right.getOrDefault(question, "was not asked: " + question);
            if (nbdkit.equals(sluice)) {
                continue;
            }
            List<Row.Difference> known = row.differences().stream()
                    .filter(d -> d.lines().matcher(nbdkit).find() || d.lines().matcher(sluice).find()).toList();
            used.addAll(known);
            if (known.isEmpty()) {
                differ.add("nbdkit: " + nbdkit + "\nSluice: " + sluice);
            }
        }
        assertTrue(differ.isEmpty(), () -> row + "\n" + String.join("\n", differ));
        row.differences().stream().filter(Row.Difference::always).forEach(d -> assertTrue(used.contains(d),
                () -> row + " does not differ any more in: " + d.lines()));
    }

    /** Lines by what was asked; what is asked a second time gets a number. */
    private static Map<String, String> byQuestion(List<String> lines) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String line : lines) {
            String question = line.substring(0, line.indexOf(':'));
            int times = 1;
            while (found.containsKey(question + times)) {
                times++;
            }
            found.put(question + times, line);
        }
        return found;
    }
}
