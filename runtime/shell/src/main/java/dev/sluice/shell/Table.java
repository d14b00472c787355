package dev.sluice.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of text, two blanks apart, at most {@value #WIDTH} wide: the last column is folded, the others are as wide as
 * they need. A heading that begins with {@code >} makes the column of numbers, flush right.
 */
final class Table {
    static final int WIDTH = 80;
    private static final int LEAST = 24;

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        this.headings = List.of(headings);
    }

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Lines, without a line feed at the end. */
    @Override
    public String toString() {
        int columns = headings.size();
        int[] width = new int[columns];
        int indent = 0;
        for (int c = 0; c < columns; c++) {
            width[c] = heading(c).length();
            for (List<String> row : rows) {
                width[c] = Math.max(width[c], length(row.get(c)));
            }
            indent += c < columns - 1 ? width[c] + 2 : 0;
        }
        String before = " ".repeat(indent);
        width[columns - 1] = Math.max(Math.min(width[columns - 1], WIDTH - indent), LEAST);
        List<String> lines = new ArrayList<>();
        lines.add(line(headingRow(), width));
        for (List<String> row : rows) {
            List<String> folded = fold(row.get(columns - 1), width[columns - 1]);
            List<String> first = new ArrayList<>(row.subList(0, columns - 1));
            first.add(folded.get(0));
            lines.add(line(first, width));
            folded.subList(1, folded.size()).forEach(rest -> lines.add(before + rest));
        }
        return String.join("\n", lines);
    }

    /** Cuts a text at blanks into lines; a longer word gets a line of its own. */
    static List<String> fold(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && length(line) + 1 + length(word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private String heading(int column) {
        String heading = headings.get(column);
        return heading.startsWith(">") ? heading.substring(1) : heading;
    }

    private List<String> headingRow() {
        List<String> row = new ArrayList<>();
        for (int c = 0; c < headings.size(); c++) {
            row.add(heading(c));
        }
        return row;
    }

    private String line(List<String> row, int[] width) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < row.size(); c++) {
            String cell = row.get(c);
            String room = " ".repeat(Math.max(0, width[c] - length(cell)));
            line.append(c == 0 ? "" : "  ").append(headings.get(c).startsWith(">") ? room + cell : cell + room);
        }
        return line.toString().stripTrailing();
    }

    private static int length(CharSequence text) {
        return text.toString().codePointCount(0, text.length());
    }
}
