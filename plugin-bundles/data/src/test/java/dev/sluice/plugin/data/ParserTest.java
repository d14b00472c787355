package dev.sluice.plugin.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.api.ConfigException;
import dev.sluice.api.contract.SeededRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParserTest {
    private final Map<String, String> variables = new HashMap<>();
    private final Sources sources = new Sources() {
        @Override
        public Optional<String> variable(String name) {
            return Optional.ofNullable(variables.get(name));
        }

        @Override
        public byte[] file(String name) throws IOException {
            if (name.equals("gone")) {
                throw new IOException("no such file or directory");
            }
            return name.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] script(String text) throws IOException {
            if (text.equals("false")) {
                throw new IOException("it ended with status 1");
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }
    };

    private String parse(String text) {
        Image image = Parser.parse(text, sources);
        ByteBuffer bytes = ByteBuffer.allocate((int) image.length());
        image.read(0, bytes.capacity(), bytes);
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }

    private String failure(String text) {
        String message = assertThrows(ConfigException.class, () -> Parser.parse(text, sources)).getMessage();
        assertTrue(message.length() < 400 && message.indexOf('\n') < 0, message);
        return message;
    }

    @Test
    void theMessageNamesThePlace() {
        assertEquals("at offset 2 ('256'): a byte must not be larger than 255", failure("1 256"));
        assertEquals("at offset 0 ('(1'): this parenthesis is not closed", failure("(1"));
        assertEquals("at offset 2 (') 2'): there is no opening parenthesis for this one", failure("1 ) 2"));
    }

    @Test
    void theMessageSaysWhatFailedOutside() {
        assertTrue(failure("<gone").endsWith("the file gone can't be read: no such file or directory"));
        assertTrue(failure("<(false)").endsWith("the script <(false) has failed: it ended with status 1"));
        assertTrue(failure("$nope").contains("there is no variable $nope"));
        assertTrue(failure("1 \\a").contains("\\a is not known here"));
    }

    @Test
    void aMistakeInAVariableIsShownInTheVariable() {
        variables.put("x", "1 $y");
        variables.put("y", "2 bad");
        assertEquals("in $y, at offset 2 ('bad')", failure("$x").substring(0, 26));
    }

    @Test
    void oneHundredParenthesesArePossibleAndMoreAreNot() {
        assertEquals("a", parse("(".repeat(100) + "\"a\"" + ")".repeat(100)));
        assertTrue(failure("(".repeat(101) + "1" + ")".repeat(101)).contains("more than 100"));
        assertTrue(failure("(".repeat(1_000_000)).contains("more than 100"));
    }

    @Test
    void aVariableThatUsesItselfIsRefused() {
        variables.put("x", "$x");
        assertTrue(failure("$x").contains("more than 100"));
        variables.put("a", "($b)");
        variables.put("b", "1 $a");
        assertTrue(failure("$a").contains("more than 100"));
    }

    @Test
    void variablesThatMultiplyAreRefused() {
        variables.put("v0", "1");
        for (int i = 1; i < 60; i++) {
            variables.put("v" + i, "$v" + (i - 1) + " $v" + (i - 1));
        }
        assertTrue(failure("$v59").contains("words"));
    }

    @Test
    void assignmentsThatMultiplyTakeNoTime() {
        StringBuilder text = new StringBuilder("1 -> \\a ");
        for (int i = 0; i < 61; i++) {
            text.append("(\\a \\a) -> \\a ");
        }
        assertEquals(1L << 61, Parser.parse(text + "\\a", sources).length());
        assertTrue(failure(text + "(\\a \\a \\a \\a)").contains("2^63-1"));
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        assertTrue(failure(" ".repeat(Parser.MAX_TEXT + 1)).contains("at most"));
    }

    @Test
    void thousandsOfOperatorsNeedNoStack() {
        assertEquals("a", parse("\"a\"" + "*1[0:1]".repeat(100_000)));
        assertEquals("ab", parse("\"ab\"" + "*2[0:2]".repeat(100_000)));
        assertEquals(6000, parse("(@5000 1)" + "*3[1:6001]".repeat(100_000)).length());
    }

    @Test
    void longListsOfBytesAreStoredAsBytes() {
        Image image = Parser.parse("1 2 3 4 ".repeat(100_000), sources);
        assertEquals(400_000, image.length());
        assertEquals(0, image.depth());
    }

    @Test
    void laterBytesCoverEarlierOnes() {
        assertEquals("xBCDyz", parse("\"ABCDEF\" @0 \"x\" @4 \"yz\""));
        assertEquals("AAxyzAA", parse("\"A\"*7 @2 \"xyz\""));
        assertEquals("", parse("\"A\"*0"));
    }

    /** Whatever comes in, only an image or one line for the operator comes out. */
    @Test
    void anyTextIsReadOrRefused() {
        SeededRandom random = SeededRandom.create();
        String[] words = {"1", "0xff", "255", "256", "\"ab\"", "\"", "@", "@4", "@+3", "@-1", "@^8", "@1k", "(", ")", "*", "*3", "*0",
            "[1:2]", "[:1]", "[0:]", "[", "]", ":", "->", "\\a", "-> \\a", "\\", "$v", "$w", "$", "<f", "<(s)", "<(", "<", "le16:1",
            "be64:", "base64:YWJj", "#", "\n", "-1", "9223372036854775807",
            "*9223372036854775807", "@9223372036854775807", "\\x4", "é", "\u0000"};
        variables.put("v", "1 2 ($w)*2");
        variables.put("w", "\"w\" @2 -> \\b");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextInt(3) == 0 ? "" : " ");
            }
            try {
                Image image = Parser.parse(text.toString(), sources);
                if (image.length() > 0) {
                    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(image.length(), 10_000));
                    image.read(image.length() - bytes.capacity(), bytes.capacity(), bytes);
                }
            } catch (ConfigException e) {
                assertTrue(e.getMessage().indexOf('\n') < 0, e.getMessage());
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("'" + text + "' " + random, e);
            }
        }
    }
}
