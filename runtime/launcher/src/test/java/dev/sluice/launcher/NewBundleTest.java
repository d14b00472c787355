package dev.sluice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewBundleTest {
    @TempDir
    private Path directory;
    private Path home;

    @BeforeEach
    void distribution() throws Exception {
        home = Files.createDirectories(directory.resolve("home"));
        Files.createDirectories(home.resolve("bundles"));
        Files.writeString(home.resolve("bundles/dev.sluice.api-1.2.3-SNAPSHOT.jar"), "");
    }

    private String make(String line) throws IOException {
        return NewBundle.of(List.of(line.split(" ")), directory).write(home);
    }

    private String refusal(String line) {
        return assertThrows(IOException.class, () -> make(line)).getMessage();
    }

    private List<String> files(String below) throws IOException {
        Path root = directory.resolve(below);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plugin", "filter"})
    void aProjectHasAClassATestAndAPage(String kind) throws Exception {
        String type = kind.equals("plugin") ? "Plugin" : "Filter";
        String next = make("new " + kind + " my-disk");
        assertEquals(List.of("README.md", "pom.xml", "src/main/java/org/example/mydisk/MyDisk" + type + ".java",
                "src/test/java/org/example/mydisk/MyDisk" + type + "Test.java"), files("my-disk"));
        assertTrue(next.startsWith("made " + directory.resolve("my-disk") + "; next:\n"), next);
        for (String file : files("my-disk")) {
            String text = Files.readString(directory.resolve("my-disk").resolve(file));
            assertTrue(!text.matches("(?s).*@[A-Z]+@.*"), file + " has a placeholder");
        }
        assertTrue(Files.readString(directory.resolve("my-disk/pom.xml")).contains("<version>1.2.3-SNAPSHOT</version>"));
    }

    @Test
    void directoryAndPackageCanBeChosen() throws Exception {
        make("new plugin x --dir=there --package com.acme.disks");
        assertEquals("src/main/java/com/acme/disks/XPlugin.java", files("there").get(2));
    }

    @Test
    void aNameThatIsAKeywordGetsAnotherPackage() throws Exception {
        make("new plugin null");
        assertTrue(files("null").contains("src/main/java/org/example/nulldisk/NullPlugin.java"));
    }

    @Test
    void nothingIsOverwritten() throws Exception {
        make("new plugin x");
        assertEquals("new filter: " + directory.resolve("x") + " exists already and is not empty", refusal("new filter x"));
        Files.createDirectories(directory.resolve("empty"));
        make("new filter x --dir empty");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertEquals("new: say what is to be made: new plugin NAME, or new filter NAME", refusal("new"));
        assertEquals("new: say what is to be made: new plugin NAME, or new filter NAME", refusal("new disk x"));
        assertTrue(refusal("new plugin").startsWith("new plugin: a name is made of small letters"));
        assertTrue(refusal("new plugin A_b").endsWith("not 'A_b'"));
        assertEquals("new plugin: '--what' is not understood; sluice new --help says what is", refusal("new plugin x --what 1"));
        assertEquals("new plugin: '--dir' is not understood; sluice new --help says what is", refusal("new plugin x --dir"));
        assertEquals("new filter: --package a..b: not the name of a Java package", refusal("new filter x --package a..b"));
        assertEquals("new filter: --package org.new: not the name of a Java package", refusal("new filter x --package org.new"));
    }
}
