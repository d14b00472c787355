package dev.sluice.core.simulation;

/**
 * A bug planted in the core's code while it is loaded, to see whether a simulation finds it: calls of one method are left
 * out of another one, or made twice.
 *
 * @param name for people
 * @param type of the class that is changed, with slashes
 * @param method that is changed
 * @param calls the method whose calls are changed; null: the whole method does nothing
 */
record Mutation(String name, String type, String method, String calls) {
    /** The code as it is. */
    static final Mutation NONE = new Mutation("none", "", "", null);

    boolean concerns(String owner, String in) {
        return owner.equals(type) && in.equals(method);
    }
}
