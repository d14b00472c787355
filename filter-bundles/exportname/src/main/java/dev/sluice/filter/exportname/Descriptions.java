package dev.sluice.filter.exportname;

import dev.sluice.api.Cancellation;
import dev.sluice.api.ConfigException;
import dev.sluice.api.NbdException;
import java.nio.charset.StandardCharsets;

/** What people are told of an export. Safe for use by several threads. */
final class Descriptions {
    /** As much as the protocol allows. */
    private static final int MAX = 4096;

    private final Mode mode;
    private final String text;
    private final DescriptionScript script;

    private enum Mode {
        KEEP, NONE, FIXED, SCRIPT
    }

    private Descriptions(Mode mode, String text) {
        this.mode = mode;
        this.text = text;
        this.script = new DescriptionScript(text, MAX);
    }

    /**
     * From the operator's text.
     *
     * @throws ConfigException if it is none of the four forms
     */
    static Descriptions parse(String value) {
        if (value.equals("keep")) {
            return new Descriptions(Mode.KEEP, "");
        }
        if (value.equals("none")) {
            return new Descriptions(Mode.NONE, "");
        }
        if (value.startsWith("fixed:")) {
            String text = value.substring("fixed:".length());
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length > MAX) {
                throw new ConfigException("exportname: exportdesc=fixed:...: the text has " + length
                        + " bytes, the protocol allows " + MAX);
            }
            return new Descriptions(Mode.FIXED, text);
        }
        if (value.startsWith("script:")) {
            return new Descriptions(Mode.SCRIPT, value.substring("script:".length()));
        }
        throw new ConfigException("exportname: exportdesc=" + value + ": must be one of keep, none, fixed:TEXT, script:COMMAND");
    }

    /** Whether those of the layer behind are wanted. */
    boolean isKept() {
        return mode == Mode.KEEP;
    }

    /**
     * The description of one export; empty for none.
     *
     * @param behind what the layer behind says
     * @throws NbdException only if a script was cut off because the layer must stop
     */
    String describe(String name, String behind, Cancellation cancellation) throws NbdException {
        return switch (mode) {
            case KEEP -> behind;
            case NONE -> "";
            case FIXED -> text;
            case SCRIPT -> script.run(name, cancellation);
        };
    }
}
