package dev.sluice.core.transmission;

/** What becomes of a leader after a step. */
enum Turn {
    /** It goes on. */
    ON,
    /** Nothing is to be done, and nothing comes: the connection can be parked. */
    IDLE,
    /** The client has said that it goes. */
    DISCONNECTED,
    /** The client has gone, or must go. */
    GONE,
    /** A follower leads; this thread has given back everything that was its own, and must not touch the connection. */
    OVERTAKEN
}
