package dev.sluice.shared.script;

import dev.sluice.api.NbdError;
import dev.sluice.api.NbdException;

/**
 * What a script wrote to standard error, understood: if the first word is the name of an error, in any case, the client
 * gets that error and the rest is the message; anything else is EIO and all of it is the message.
 */
final class ErrorText {
    private static final System.Logger LOG = System.getLogger("dev.sluice.script");

    private ErrorText() {
    }

    /**
     * The failure to throw; all lines go to the debug log, the first one to the message.
     *
     * @param what names the script and the method
     */
    static NbdException failure(String what, int status, String text) {
        String stripped = text.strip();
        if (stripped.indexOf('\n') >= 0) {
            LOG.log(System.Logger.Level.DEBUG, what + " wrote to standard error:\n" + stripped);
        }
        int end = 0;
        while (end < stripped.length() && !Character.isWhitespace(stripped.charAt(end))) {
            end++;
        }
        NbdError error = NbdError.byName(stripped.substring(0, end)).orElse(null);
        String message = (error == null ? stripped : stripped.substring(end).strip()).lines().findFirst().orElse("");
        if (message.isEmpty()) {
            message = "it ended with status " + status + " and wrote no message to standard error";
        }
        return new NbdException(error == null ? NbdError.EIO : error, what + ": " + printable(message));
    }

    private static String printable(String line) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < Math.min(line.length(), 1000); i++) {
            char c = line.charAt(i);
            s.append(Character.isISOControl(c) ? ' ' : c);
        }
        return s.toString();
    }
}
