package dev.sluice.core.simulation;

/** Holds the core to what a thread model promises. */
final class Serial {
    private final World world;
    private final String what;
    private int calls;

    Serial(World world, String what) {
        this.world = world;
        this.what = what;
    }

    void enter() {
        world.check(world.stranded || calls == 0, "two calls at once where " + what);
        calls++;
    }

    void exit() {
        calls--;
    }
}
