package dev.sluice.shared.libc;

/** What posix_fadvise tells the kernel about coming accesses; the numbers are Linux's. */
public enum Advice {
    /** No advice; the kernel's usual readahead. Holds for the open file description. */
    NORMAL(0),
    /** No readahead. Holds for the open file description. */
    RANDOM(1),
    /** More readahead. Holds for the open file description. */
    SEQUENTIAL(2),
    /** Start to read the range into the page cache. */
    WILLNEED(3),
    /** Drop the clean pages of the range from the page cache. */
    DONTNEED(4);

    private final int number;

    Advice(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
