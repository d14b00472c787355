package dev.sluice.commandline;

/**
 * The name that the process was called by, and what hangs on it: as {@code nbdkit} it takes nbdkit's place, with the
 * addresses that nbdkit listens on and a version that scripts compare.
 *
 * @param name in front of messages
 * @param sluiceVersion of Sluice
 */
record Program(String name, String sluiceVersion) {
    /** The nbdkit whose command line this is. */
    static final String NBDKIT_VERSION = "1.45.1";

    /** Whether it was called as nbdkit. */
    boolean standsInForNbdkit() {
        return name.equals("nbdkit");
    }

    /** The version that scripts look at. */
    String version() {
        return standsInForNbdkit() ? NBDKIT_VERSION : sluiceVersion;
    }

    /** Which build of that version it is; empty where there is only one. */
    String versionExtra() {
        return standsInForNbdkit() ? "sluice-" + sluiceVersion : "";
    }

    /** The first line of {@code --version}. */
    String line() {
        String extra = versionExtra();
        return name + " " + version() + (extra.isEmpty() ? "" : " (" + extra + ")");
    }
}
