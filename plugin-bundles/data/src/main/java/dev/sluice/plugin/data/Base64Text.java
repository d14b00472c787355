package dev.sluice.plugin.data;

import java.util.Base64;

/** Base64 as strict as nbdkit's: with its padding, but white space does not matter. */
final class Base64Text {
    private Base64Text() {
    }

    /** The bytes; null if the text is no base64. */
    static byte[] decode(String text) {
        String compact = text.replaceAll("\\s", "");
        try {
            byte[] bytes = Base64.getDecoder().decode(compact);
            // the decoder also takes text without its padding, and bits that belong to no byte
            return Base64.getEncoder().encodeToString(bytes).equals(compact) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
