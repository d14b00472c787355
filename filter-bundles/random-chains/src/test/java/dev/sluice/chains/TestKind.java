package dev.sluice.chains;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.export.Kind;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;

/** A version of a kind, as the core sees it. */
final class TestKind implements Kind {
    private final String name;
    private final boolean filter;
    private final int version;
    private final Class<?> type;
    private final Supplier<NbdLayer> maker;
    private final Set<NbdLayer> out = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    TestKind(String name, boolean filter, int version, Class<?> type, Supplier<NbdLayer> maker) {
        this.name = name;
        this.filter = filter;
        this.version = version;
        this.type = type;
        this.maker = maker;
    }

    /** The next version, of the same class. */
    TestKind next() {
        return new TestKind(name, filter, version + 1, type, maker);
    }

    /** Objects that were not given back. */
    int out() {
        return out.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean filter() {
        return filter;
    }

    @Override
    public String bundle() {
        return "bundle." + name;
    }

    @Override
    public String version() {
        return version + ".0.0";
    }

    @Override
    public String location() {
        return "test:" + name;
    }

    @Override
    public Class<?> type() {
        return type;
    }

    @Override
    public DeclaredParameters declared() {
        return DeclaredParameters.of(type);
    }

    @Override
    public NbdLayer create() {
        NbdLayer layer = maker.get();
        if (layer instanceof NbdFilter != filter) {
            throw new AssertionError(name + " is the wrong sort of layer");
        }
        out.add(layer);
        return layer;
    }

    @Override
    public void release(NbdLayer layer) {
        if (!out.remove(layer)) {
            throw new AssertionError("an object of " + name + " was given back twice");
        }
    }

    @Override
    public String toString() {
        return name + " " + version();
    }
}
