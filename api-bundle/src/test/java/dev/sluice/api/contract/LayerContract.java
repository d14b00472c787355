package dev.sluice.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.FilterName;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.PluginName;
import dev.sluice.api.util.DeclaredParameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every kind must do, whatever its bytes are: declare itself, end cleanly in every state, hold nothing at the end.
 */
public abstract class LayerContract {
    /** Where the operator stands, and where temporary files go. */
    @TempDir
    protected Path directory;
    private final List<LayerHarness> harnesses = new ArrayList<>();

    /** A fresh object of the kind, as the component's constructor makes it. */
    protected abstract NbdLayer newKind();

    /** The word for the kind. */
    protected abstract String kindName();

    /** Words that configure it; for a device of at most a few MiB. Files that they name stand in {@link #directory}. */
    protected List<String> words() throws IOException {
        return List.of();
    }

    abstract LayerHarness newHarness(List<String> words);

    /** A harness with these words that is started already; closed and checked for leaks after the test. */
    protected final LayerHarness start(List<String> words) throws Exception {
        return started(newHarness(words));
    }

    /** Starts a harness that is closed and checked for leaks after the test. */
    final LayerHarness started(LayerHarness harness) throws Exception {
        harness.start();
        harnesses.add(harness);
        return harness;
    }

    /** A started harness with {@link #words()}. */
    protected final LayerHarness start() throws Exception {
        return start(words());
    }

    @AfterEach
    void endsWithoutHoldingAnything() throws Exception {
        for (LayerHarness h : harnesses) {
            h.close();
            h.context().assertNothingHeld();
            assertEquals(0, h.context().cancellation().registered(), "actions that the layer left at its cancellation");
        }
    }

    /** Whether this kind is a plugin. */
    abstract boolean isPlugin();

    /** The module's directory, where the README stands. */
    protected Path moduleDirectory() {
        return Path.of(System.getProperty("basedir", System.getProperty("user.dir")));
    }

    @Test
    void theDeclarationsDoNotContradictEachOther() {
        assertTrue(!DeclaredParameters.of(newKind().getClass()).help().isBlank(), "a kind says what it is with @Help");
    }

    @Test
    void theReadmeHasOneRowForEachParameter() throws IOException {
        ReadmeContract.check(newKind().getClass(), moduleDirectory().resolve("README.md"));
    }

    @Test
    void theComponentNamesTheKindAndIsMadeAnewForEachLayer() throws IOException {
        Class<?> kind = newKind().getClass();
        String xml;
        try (InputStream in = kind.getResourceAsStream("/OSGI-INF/" + kind.getName() + ".xml")) {
            // classes that were compiled by an IDE have no description yet
            assumeTrue(in != null, "no component description on the class path");
            xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String property = isPlugin() ? PluginName.PROPERTY : FilterName.PROPERTY;
        assertTrue(xml.matches("(?s).*<property name=\"" + property + "\"[^>]* value=\"" + kindName() + "\".*"), xml);
        assertTrue(xml.contains("scope=\"prototype\""), xml);
        assertTrue(xml.contains("interface=\"dev.sluice.api." + (isPlugin() ? "NbdPlugin" : "NbdFilter") + "\""), xml);
    }

    @Test
    void aFreshObjectCanBeClosed() throws Exception {
        newKind().close();
    }

    @Test
    void aLayerThatNobodyConnectedToEndsCleanly() throws Exception {
        assertNotNull(start().layer().threadModel());
    }

    @Test
    void severalClientsComeAndGo() throws Exception {
        LayerHarness h = start();
        Connection first = h.connect();
        first.disconnect();
        Connection second = h.connect();
        assertEquals(first.info().size(), second.info().size());
    }
}
