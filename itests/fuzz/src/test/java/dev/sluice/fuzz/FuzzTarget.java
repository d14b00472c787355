package dev.sluice.fuzz;

/** One thing that reads what others have written, and what must be true of it whatever they wrote. */
@FunctionalInterface
public interface FuzzTarget {
    /**
     * Reads one input and checks what comes out. Keeps nothing from one input to the next.
     *
     * @param input a few kilobytes at most
     * @throws Exception or an Error: a finding
     */
    void test(byte[] input) throws Exception;
}
