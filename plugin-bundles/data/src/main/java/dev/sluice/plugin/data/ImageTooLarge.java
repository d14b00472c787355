package dev.sluice.plugin.data;

/** An image would be larger than a disk can be, or needs more memory than a description may; the message says which. */
final class ImageTooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ImageTooLarge(String message) {
        super(message);
    }
}
