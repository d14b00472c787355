package dev.sluice.api;

/**
 * How many calls a layer takes at once; strictest first. The names and meanings are nbdkit's.
 */
public enum ThreadModel {
    /** One connection at a time; a second client waits before it is greeted. Multi-conn is never offered. */
    SERIALIZE_CONNECTIONS("serialize_connections"),
    /** One request at a time in the whole export. */
    SERIALIZE_ALL_REQUESTS("serialize_all_requests"),
    /** One request at a time on each connection. */
    SERIALIZE_REQUESTS("serialize_requests"),
    /** Any number. */
    PARALLEL("parallel");

    private final String text;

    ThreadModel(String text) {
        this.text = text;
    }

    /** The stricter of the two. */
    public ThreadModel strictest(ThreadModel other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /** nbdkit's word for it, such as {@code serialize_requests}. */
    public String text() {
        return text;
    }
}
