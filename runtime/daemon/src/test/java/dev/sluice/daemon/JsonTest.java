package dev.sluice.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.api.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void valuesHaveTheirTypes() {
        Map<String, Object> object = Json.parse("""
                // an export
                { "s": "a\\"\\\\\\u00e4\\n", "n": -12, "d": 1.5e1, "b": true, /* lines */ "a": ["x", "y"], "e": [], "l": [1, 2] }
                """);
        assertEquals("a\"\\ä\n", object.get("s"));
        assertEquals(-12L, object.get("n"));
        assertEquals(15.0, object.get("d"));
        assertEquals(true, object.get("b"));
        assertArrayEquals(new String[] {"x", "y"}, (Object[]) object.get("a"));
        assertArrayEquals(new String[0], (Object[]) object.get("e"));
        assertArrayEquals(new Long[] {1L, 2L}, (Object[]) object.get("l"));
        assertEquals(List.of("s", "n", "d", "b", "a", "e", "l"), List.copyOf(object.keySet()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', quoteCharacter = '`', value = {
        "``!line 1, column 1: the end is missing",
        "[]!line 1, column 1: an object begins with {",
        "{\"a\": 1!line 1, column 8: the end is missing",
        "{\"a\": 1 \"b\": 2}!line 1, column 9: a comma or } is meant",
        "{\"a\": 1, \"a\": 2}!line 1, column 16: the key \"a\" is there twice",
        "{\"a\" 1}!line 1, column 6: a colon is meant behind the key \"a\"",
        "{a: 1}!line 1, column 2: a key in double quotes is meant",
        "{\"a\": null}!line 1, column 7: the value of \"a\" is neither a string, a number, true, false nor an array of these",
        "{\"a\": {}}!line 1, column 7: the value of \"a\" is neither a string, a number, true, false nor an array of these",
        "{\"a\": 01}!line 1, column 7: the value of \"a\" is neither a string, a number, true, false nor an array of these",
        "{\"a\": [1, \"b\"]}!line 1, column 14: the values of \"a\" are of different types",
        "{\"a\": \"\\x\"}!line 1, column 10: \\x is no escape of JSON",
        "{\"a\": \"b}!line 1, column 10: a string does not end",
        "{} {}!line 1, column 4: something follows the end of the object",
        "{} /* x!line 1, column 4: a comment does not end"})
    void whatIsWrongIsSaidWithItsPlace(String text, String expected) {
        assertEquals(expected, assertThrows(ConfigException.class, () -> Json.parse(text)).getMessage());
    }

    @Test
    void linesAreCounted() {
        assertEquals("line 3, column 3: a key in double quotes is meant",
                assertThrows(ConfigException.class, () -> Json.parse("{\n  \"a\": 1,\n  }\n")).getMessage());
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("s", "a\"b\\c\nä\u0001");
        object.put("a", new String[] {"x", "y z"});
        object.put("n", 5L);
        String text = Json.write(object);
        assertEquals("{\n  \"s\": \"a\\\"b\\\\c\\nä\\u0001\",\n  \"a\": [\"x\", \"y z\"],\n  \"n\": 5\n}\n", text);
        assertEquals("a\"b\\c\nä\u0001", Json.parse(text).get("s"));
    }
}
