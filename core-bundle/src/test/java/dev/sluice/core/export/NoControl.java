package dev.sluice.core.export;

/** A client's session that nobody may end: who does has made a mistake. */
public final class NoControl implements ExportDirectory.SessionControl {
    @Override
    public void disconnectSoft(String why) {
        throw new AssertionError("nobody asks for this here: " + why);
    }

    @Override
    public void disconnectHard(String why) {
        throw new AssertionError("nobody asks for this here: " + why);
    }
}
