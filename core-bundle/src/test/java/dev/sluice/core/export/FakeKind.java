package dev.sluice.core.export;

import dev.sluice.api.NbdFilter;
import dev.sluice.api.NbdLayer;
import dev.sluice.api.util.DeclaredParameters;
import dev.sluice.core.chain.FakeFilter;
import dev.sluice.core.chain.FakePlugin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A kind that makes a test's own layers and notices whether each is given back exactly once. */
public final class FakeKind implements Kind {
    private final String name;
    private final boolean filter;
    private final String version;
    private final Supplier<NbdLayer> maker;
    private final Set<NbdLayer> out = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> mistakes = new ArrayList<>();
    private int made;

    private FakeKind(String name, boolean filter, String version, Supplier<NbdLayer> maker) {
        this.name = name;
        this.filter = filter;
        this.version = version;
        this.maker = maker;
    }

    /** A plugin. */
    public static FakeKind plugin(String name, String version, Supplier<NbdLayer> maker) {
        return new FakeKind(name, false, version, maker);
    }

    /** A filter. */
    public static FakeKind filter(String name, String version, Supplier<NbdLayer> maker) {
        return new FakeKind(name, true, version, maker);
    }

    /** Objects that were made and not given back. */
    public synchronized int out() {
        return out.size();
    }

    /** Objects that were made. */
    public synchronized int made() {
        return made;
    }

    /** What was given back that was not there. */
    public synchronized List<String> mistakes() {
        return List.copyOf(mistakes);
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
        return version;
    }

    @Override
    public String location() {
        return "test:" + name;
    }

    @Override
    public Class<?> type() {
        return filter ? FakeFilter.class : FakePlugin.class;
    }

    @Override
    public DeclaredParameters declared() {
        return DeclaredParameters.of(type());
    }

    @Override
    public NbdLayer create() {
        NbdLayer layer = maker.get();
        if (layer instanceof NbdFilter != filter) {
            throw new AssertionError("the test makes the wrong sort of layer");
        }
        synchronized (this) {
            made++;
            out.add(layer);
        }
        return layer;
    }

    @Override
    public synchronized void release(NbdLayer layer) {
        if (!out.remove(layer)) {
            mistakes.add("given back twice: " + layer);
        }
    }
}
