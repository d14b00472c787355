package dev.sluice.core.export;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * What a chain shall look like: every place either keeps a layer or gets a new one, which may inherit from an old one.
 * Immutable.
 *
 * @param what in a few words, for the record
 * @param places nearest the client first
 * @param doubts why clients might see other bytes; empty if they can't
 * @param comparePlugin whether contents have to be compared, because another plugin takes the place of the old one
 */
record ChangePlan(String what, List<Place> places, List<String> doubts, boolean comparePlugin) {
    ChangePlan {
        places = List.copyOf(places);
        doubts = List.copyOf(doubts);
    }

    /**
     * One place of the chain.
     *
     * @param keeps the slot that stays, or null
     * @param spec of a new layer
     * @param kind of a new layer
     * @param inheritsFrom the slot that hands over to a new layer, or null
     */
    record Place(LayerSlot keeps, ExportConfig.LayerSpec spec, Kind kind, LayerSlot inheritsFrom) {
        static Place keep(LayerSlot slot) {
            return new Place(slot, slot.spec(), slot.kind(), null);
        }
    }

    /**
     * The smallest change that gets from the slots to the specs.
     *
     * @throws ConfigException a kind is not there, or the shape is none
     */
    static ChangePlan towards(List<LayerSlot> slots, List<ExportConfig.LayerSpec> specs, Kinds kinds) {
        List<LayerSlot> left = new ArrayList<>(slots);
        LayerSlot[] kept = new LayerSlot[specs.size()];
        LayerSlot[] inherited = new LayerSlot[specs.size()];
        ExportConfig.checkLabels(specs);
        // The layer itself comes before one that looks the same.
        match(specs, kept, kept, left, (slot, spec) -> slot.spec() == spec);
        match(specs, kept, kept, left, (slot, spec) -> slot.spec().equals(spec));
        match(specs, kept, inherited, left, (slot, spec) -> !spec.label().isEmpty() && slot.spec().word().equals(spec.word())
                && slot.spec().filter() == spec.filter());
        match(specs, kept, inherited, left, (slot, spec) -> slot.spec().filter() == spec.filter()
                && slot.spec().kind().equals(spec.kind()) && (slot.spec().label().isEmpty() || spec.label().isEmpty()));
        Collected c = new Collected();
        boolean[] moved = moved(kept, slots);
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] != null) {
                if (moved[i]) {
                    c.say("move " + kept[i].spec().kind(), kept[i].kind());
                }
                c.places.add(Place.keep(kept[i]));
            } else {
                c.add(specs.get(i), kinds, inherited[i]);
            }
        }
        boolean otherPlugin = false;
        for (LayerSlot slot : left) {
            if (slot.spec().filter()) {
                c.say("remove " + slot.spec().kind(), slot.kind());
            } else {
                otherPlugin = true;
                c.words.add("replace plugin " + slot.spec().kind());
            }
        }
        return new ChangePlan(c.words.isEmpty() ? "nothing" : String.join(", ", c.words), c.places, c.doubts, otherPlugin);
    }

    /** Gives every place that has no layer yet the first that fits. */
    private static void match(List<ExportConfig.LayerSpec> specs, LayerSlot[] kept, LayerSlot[] into, List<LayerSlot> left,
            BiPredicate<LayerSlot, ExportConfig.LayerSpec> fits) {
        for (int i = 0; i < kept.length; i++) {
            ExportConfig.LayerSpec spec = specs.get(i);
            if (kept[i] == null && into[i] == null) {
                into[i] = take(left, s -> fits.test(s, spec));
            }
        }
    }

    /**
     * Which of the kept layers are moved: as few as possible, and transparent ones rather than others, because where a
     * transparent one stands makes no difference. The rest is the heaviest sequence whose order stays.
     */
    private static boolean[] moved(LayerSlot[] kept, List<LayerSlot> slots) {
        int[] weight = new int[kept.length];
        int[] before = new int[kept.length];
        int last = -1;
        for (int i = 0; i < kept.length; i++) {
            before[i] = -1;
            if (kept[i] == null) {
                continue;
            }
            for (int j = 0; j < i; j++) {
                if (kept[j] != null && slots.indexOf(kept[j]) < slots.indexOf(kept[i]) && weight[j] > weight[i]) {
                    weight[i] = weight[j];
                    before[i] = j;
                }
            }
            weight[i] += kept[i].kind().declared().isTransparent() ? 1 : slots.size() + 1;
            last = last < 0 || weight[i] > weight[last] ? i : last;
        }
        boolean[] moved = new boolean[kept.length];
        for (int i = 0; i < kept.length; i++) {
            moved[i] = kept[i] != null;
        }
        for (int i = last; i >= 0; i = before[i]) {
            moved[i] = false;
        }
        return moved;
    }

    /** Every layer of the old kind is served by the new one, with the same parameters. */
    static ChangePlan upgrade(List<LayerSlot> slots, Kind old, Kind successor) {
        List<Place> places = new ArrayList<>();
        for (LayerSlot slot : slots) {
            places.add(slot.kind() == old ? new Place(null, slot.spec(), successor, slot) : Place.keep(slot));
        }
        return new ChangePlan("upgrade " + old.name() + " from " + old.bundle() + " " + old.version() + " to " + successor.bundle() + " "
                + successor.version(), places, List.of(), false);
    }

    private static LayerSlot take(List<LayerSlot> from, Predicate<LayerSlot> wanted) {
        for (LayerSlot slot : from) {
            if (wanted.test(slot)) {
                from.remove(slot);
                return slot;
            }
        }
        return null;
    }

    /** Whether there is anything to do. */
    boolean isEmpty() {
        return what.equals("nothing");
    }

    /**
     * Holds the operator to the rule that clients keep seeing the same bytes.
     *
     * @throws ConfigException consent is missing
     */
    void checkConsent(ChangeOptions options) {
        if (!doubts.isEmpty() && !options.changesData()) {
            throw new ConfigException(String.join("; ", doubts) + ": clients may see other bytes; say --changes-data if that is meant");
        }
    }

    /** Whether another plugin has to show the same bytes, because the operator has not said that they may differ. */
    boolean comparesContents(ChangeOptions options) {
        return comparePlugin && !options.changesData();
    }

    private static final class Collected {
        private final List<Place> places = new ArrayList<>();
        private final List<String> words = new ArrayList<>();
        private final List<String> doubts = new ArrayList<>();

        void add(ExportConfig.LayerSpec spec, Kinds kinds, LayerSlot inherits) {
            Kind kind = kinds.find(spec.filter(), spec.kind()).orElseThrow(() -> new ConfigException(spec.missing()));
            if (spec.filter() || inherits != null) {
                say((inherits == null ? "insert " : "set ") + spec.kind(), kind);
            }
            places.add(new Place(null, spec, kind, inherits));
        }

        void say(String what, Kind kind) {
            words.add(what);
            if (!kind.declared().isTransparent()) {
                doubts.add(what + ": " + kind.name() + " is not transparent");
            }
        }
    }
}
