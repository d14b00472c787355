package dev.sluice.core.simulation;

import dev.sluice.api.NbdLayer;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.export.Kind;
import dev.sluice.core.export.Kinds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kinds that are there: a registry whose bundles come and go. */
final class SimKinds implements Kinds {
    private final World world;
    private final List<SimKind> there = new ArrayList<>();
    private final List<SimKind> all = new ArrayList<>();
    private Listener listener;

    SimKinds(World world) {
        this.world = world;
    }

    void listen(Listener to) {
        listener = to;
    }

    @Override
    public Optional<Kind> find(boolean filter, String name) {
        world.scheduler.point(50);
        return there.stream().filter(k -> k.filter() == filter && k.name().equals(name)).max(Comparator.comparingInt(k -> k.number))
                .map(k -> k);
    }

    @Override
    public List<Kind> all() {
        return List.copyOf(there);
    }

    /** Another version of the kind comes. */
    SimKind arrive(String name) {
        SimKind kind = new SimKind(name, all.size() + 1);
        all.add(kind);
        there.add(kind);
        listener.arrived(kind);
        return kind;
    }

    /** Its bundle is stopped; when this returns nothing of it may be in use. */
    void leave(SimKind kind) {
        if (!there.remove(kind)) {
            return;
        }
        listener.leaving(kind);
        kind.checkNothingOut("left");
    }

    /** Versions that are there, newest last. */
    List<SimKind> of(String name) {
        return there.stream().filter(k -> k.name().equals(name)).toList();
    }

    void checkNothingOut() {
        all.forEach(k -> k.checkNothingOut("is not used any more"));
    }

    final class SimKind implements Kind {
        private final String name;
        private final int number;
        private final Set<NbdLayer> out = new LinkedHashSet<>();
        private int made;

        private SimKind(String name, int number) {
            this.name = name;
            this.number = number;
        }

        private void checkNothingOut(String when) {
            world.check(world.stranded || out.isEmpty(), out.size() + " layers of " + this + " were not given back when it " + when);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean filter() {
            return !name.equals("disk");
        }

        @Override
        public String bundle() {
            return "simulation." + name;
        }

        @Override
        public String version() {
            return Integer.toString(number);
        }

        @Override
        public String location() {
            return "simulation";
        }

        @Override
        public Class<?> type() {
            return switch (name) {
                case "disk" -> DiskPlugin.class;
                case "pass" -> PassFilter.class;
                case "strict" -> StrictFilter.class;
                default -> BackFilter.class;
            };
        }

        @Override
        public DeclaredParameters declared() {
            return DeclaredParameters.of(type());
        }

        @Override
        public NbdLayer create() {
            world.scheduler.point(51);
            NbdLayer layer = Layers.make(world, name, this + " layer " + ++made);
            out.add(layer);
            return layer;
        }

        @Override
        public void release(NbdLayer layer) {
            world.scheduler.point(52);
            world.check(out.remove(layer), "a layer of " + this + " was given back twice");
        }

        @Override
        public String toString() {
            return name + " version " + number;
        }
    }
}
