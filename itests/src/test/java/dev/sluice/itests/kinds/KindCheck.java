package dev.sluice.itests.kinds;

/** Something that has to stay so, whatever is changed. */
@FunctionalInterface
interface KindCheck {
    /** Fails unless it is so. */
    void check(Scene scene) throws Exception;
}
