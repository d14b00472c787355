package dev.sluice.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    private static final Path ROOT = Path.of("..", "..");

    private final String features = features();

    private static String features() {
        try {
            return Files.readString(Path.of("src", "main", "feature", "features.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the directories of the house say: {@code plugin-memory}, {@code filter-log}, …, in order. */
    static List<String> kinds() throws IOException {
        List<String> kinds = new ArrayList<>();
        for (String kind : List.of("plugin", "filter")) {
            try (Stream<Path> directories = Files.list(ROOT.resolve(kind + "-bundles"))) {
                directories.filter(d -> Files.exists(d.resolve("src/main"))).map(d -> kind + "-" + d.getFileName()).sorted()
                        .forEach(kinds::add);
            }
        }
        return kinds;
    }

    private List<String> found(String pattern) {
        return Pattern.compile(pattern).matcher(features).results().map((MatchResult r) -> r.group(1)).toList();
    }

    @Test
    void everyPluginAndFilterHasAFeatureAndABundleInIt() throws IOException {
        TreeSet<String> kinds = new TreeSet<>(kinds());
        assertTrue(kinds.contains("plugin-memory") && kinds.contains("filter-log"), kinds.toString());
        assertEquals(kinds, new TreeSet<>(found("<feature name=\"sluice-((?:plugin|filter)-[^\"]+)\"")));
        List<String> bundles = found("mvn:dev.sluice/dev\\.sluice\\.((?:plugin|filter)\\.[^/]+)/");
        assertEquals(kinds, new TreeSet<>(bundles.stream().map(b -> b.replaceFirst("\\.", "-")).toList()));
    }

    @Test
    void theFeatureSluiceHasAllTheOthersButTheLibraryForSharedKeys() {
        TreeSet<String> others = new TreeSet<>(found("<feature name=\"(sluice-[^\"]+)\""));
        assertTrue(others.remove("sluice-tls-psk"));
        String sluice = features.substring(features.indexOf("<feature name=\"sluice\""), features.indexOf("</feature>\n\n"));
        assertEquals(others, new TreeSet<>(Pattern.compile(">(sluice-[^<]+)<").matcher(sluice).results().map(r -> r.group(1)).toList()));
    }
}
