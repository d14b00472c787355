package dev.sluice.plugin.data;

import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image as lists of JDK types, for a hand-over: one list for each image in it, parts before the whole, where a part is
 * named by its index.
 */
final class ImageState {
    private final List<List<Object>> list = new ArrayList<>();
    private final Map<Image, Integer> indexes = new IdentityHashMap<>();

    private ImageState() {
    }

    /** The last list is that of the image itself. */
    static List<List<Object>> of(Image image) {
        ImageState state = new ImageState();
        state.add(image);
        return state.list;
    }

    private int add(Image image) {
        Integer known = indexes.get(image);
        if (known == null) {
            list.add(describe(image));
            known = list.size() - 1;
            indexes.put(image, known);
        }
        return known;
    }

    private List<Object> describe(Image image) {
        if (image instanceof Bytes bytes) {
            return List.of("bytes", bytes.array());
        }
        if (image instanceof Fill fill) {
            return List.of("fill", fill.value(), fill.length());
        }
        if (image instanceof Repeat repeat) {
            return List.of("repeat", add(repeat.image()), repeat.count());
        }
        if (image instanceof Slice slice) {
            return List.of("slice", add(slice.image()), slice.start(), slice.length());
        }
        Layout layout = (Layout) image;
        int[] parts = new int[layout.parts().length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = add(layout.parts()[i]);
        }
        return List.of("layout", layout.length(), layout.starts(), parts);
    }

    /**
     * The image of such lists.
     *
     * @throws ConfigException if they are not understood
     */
    static Image from(List<List<Object>> lists) {
        List<Image> images = new ArrayList<>();
        for (List<Object> list : lists) {
            images.add(image(list, images));
        }
        return images.get(images.size() - 1);
    }

    private static Image image(List<Object> list, List<Image> before) {
        return switch ((String) list.get(0)) {
            case "bytes" -> new Bytes((byte[]) list.get(1));
            case "fill" -> new Fill((Byte) list.get(1), (Long) list.get(2));
            case "repeat" -> new Repeat(before.get((Integer) list.get(1)), (Long) list.get(2));
            case "slice" -> new Slice(before.get((Integer) list.get(1)), (Long) list.get(2), (Long) list.get(3));
            case "layout" -> layout(list, before);
            default -> throw new ConfigException("data does not know images of the sort '" + list.get(0) + "'");
        };
    }

    private static Image layout(List<Object> list, List<Image> before) {
        int[] indexes = (int[]) list.get(3);
        Image[] parts = new Image[indexes.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = before.get(indexes[i]);
        }
        return new Layout((Long) list.get(1), (long[]) list.get(2), parts);
    }
}
