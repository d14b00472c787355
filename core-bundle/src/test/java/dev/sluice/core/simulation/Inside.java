package dev.sluice.core.simulation;

/** Who is inside a layer, and whether anybody may be. */
final class Inside {
    private final World world;
    private final String name;
    private int calls;
    private int devices;
    private boolean closed;
    private boolean released;

    Inside(World world, String name) {
        this.world = world;
        this.name = name;
    }

    void enter(String what) {
        world.check(world.stranded || !closed, what + " comes into " + name + " after its end");
        world.check(world.stranded || !released, what + " comes into " + name + " after it has handed over");
        calls++;
    }

    void exit() {
        calls--;
    }

    /** Nobody may be inside for this. */
    void alone(String what) {
        world.check(world.stranded || calls == 0, what + " of " + name + " while " + calls + " calls are inside");
    }

    void release() {
        alone("the hand-over");
        released = true;
    }

    void adopt() {
        alone("taking over");
        released = false;
    }

    void opened() {
        devices++;
    }

    void closed() {
        devices--;
    }

    void close() {
        alone("the end");
        world.check(world.stranded || devices == 0, "the end of " + name + " while " + devices + " devices are open");
        world.check(!closed, name + " is closed twice");
        closed = true;
    }
}
