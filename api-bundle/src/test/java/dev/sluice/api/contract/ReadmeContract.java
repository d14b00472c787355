package dev.sluice.api.contract;

import dev.sluice.api.Parameter;
import dev.sluice.api.util.DeclaredParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The README of a kind and the declarations on its class say the same. Its section {@code ## Parameters} has a table
 * with the columns parameter, type, default, meaning: one row for each parameter, with the name and all aliases in
 * backquotes in the first cell ({@code `size=`}), the type in lower case or the choices in the second, and in the third
 * the default in backquotes, {@code required}, or {@code none}. A row without backquotes in its first cell is for
 * people only, such as the one for further keys of an open kind.
 */
public final class ReadmeContract {
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    private ReadmeContract() {
    }

    /**
     * Compares.
     *
     * @throws AssertionError lists everything that differs
     */
    public static void check(Class<?> kind, Path readme) throws IOException {
        List<String> wrong = new ArrayList<>();
        String text = Files.readString(readme);
        for (String section : List.of("## Synopsis", "## Description", "## Parameters", "## Limits", "## See also")) {
            if (!text.contains(section + "\n")) {
                wrong.add("there is no section '" + section + "'");
            }
        }
        Set<Parameter> seen = new LinkedHashSet<>();
        DeclaredParameters declared = DeclaredParameters.of(kind);
        for (List<String> row : rows(text)) {
            compare(declared, row, seen, wrong);
        }
        for (Parameter p : declared.list()) {
            if (!seen.contains(p)) {
                wrong.add("no row for parameter '" + p.name() + "'");
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(readme + " and " + kind.getName() + " differ: " + String.join("; ", wrong));
        }
    }

    private static void compare(DeclaredParameters declared, List<String> row, Set<Parameter> seen, List<String> wrong) {
        Set<String> keys = code(row.get(0));
        if (keys.isEmpty()) {
            return;
        }
        String first = keys.iterator().next();
        Parameter p = declared.find(first).orElse(null);
        if (p == null) {
            wrong.add("row '" + first + "' is no parameter");
            return;
        }
        if (!seen.add(p)) {
            wrong.add("two rows for '" + p.name() + "'");
        }
        Set<String> expected = new LinkedHashSet<>(List.of(p.name()));
        expected.addAll(Arrays.asList(p.aliases()));
        if (!keys.equals(expected)) {
            wrong.add("'" + p.name() + "' has the spellings " + keys + " instead of " + expected);
        }
        if (row.size() < 4) {
            wrong.add("row '" + first + "' has " + row.size() + " cells instead of 4");
            return;
        }
        boolean typed = p.choices().length > 0
                ? code(row.get(1)).equals(new LinkedHashSet<>(Arrays.asList(p.choices())))
                : row.get(1).equals(p.type().name().toLowerCase(Locale.ROOT));
        if (!typed) {
            wrong.add("'" + p.name() + "' has type '" + row.get(1) + "' instead of " + p.type() + " " + Arrays.toString(p.choices()));
        }
        String standard = p.required() ? "required" : p.defaultValue().isEmpty() ? "none" : "`" + p.defaultValue() + "`";
        if (!row.get(2).equals(standard)) {
            wrong.add("'" + p.name() + "' has default '" + row.get(2) + "' instead of " + standard);
        }
    }

    /** Cells of the rows below the table's ruler in the section about parameters. */
    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        boolean inSection = false;
        boolean inTable = false;
        for (String line : text.split("\n")) {
            if (line.startsWith("## ")) {
                inSection = line.equals("## Parameters");
            }
            boolean row = inSection && line.startsWith("|");
            if (row && inTable) {
                String[] cells = line.strip().replaceAll("^\\||\\|$", "").split("(?<!\\\\)\\|");
                rows.add(Arrays.stream(cells).map(String::strip).toList());
            }
            inTable = row && (inTable || line.replaceAll("[|:\\s-]", "").isEmpty());
        }
        return rows;
    }

    private static Set<String> code(String cell) {
        Set<String> found = new LinkedHashSet<>();
        Matcher m = CODE.matcher(cell);
        while (m.find()) {
            found.add(m.group(1).endsWith("=") ? m.group(1).substring(0, m.group(1).length() - 1) : m.group(1));
        }
        return found;
    }
}
