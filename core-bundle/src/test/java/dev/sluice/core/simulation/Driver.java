package dev.sluice.core.simulation;

import dev.sluice.api.ConfigException;
import dev.sluice.api.runtime.ExportState;
import dev.sluice.api.runtime.SluiceControl;
import dev.sluice.api.runtime.SluiceControl.ChangeOptions;
import dev.sluice.api.runtime.SluiceControl.ExportDefinition;
import dev.sluice.api.runtime.StopMode;
import dev.sluice.api.runtime.SwapRecord;
import dev.sluice.core.export.Export;
import dev.sluice.core.export.Exports;
import dev.sluice.core.export.ExportConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the operators of a run do: they change code and chain under the clients, stop and start, also two at once. */
final class Driver {
    static final String EXPORT = "disk";
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final Duration HOLD = Duration.ofSeconds(60);
    /** What a refusal may say: the layers of a run and the operator's own mistakes give no other reason. */
    private static final List<String> REASONS = List.of("not drained", "no medium", "simulated", "self-test", "have not come home",
            "is busy", "runs already", "is not there",
            "by somebody else", "it can only be changed", "a bug of the",
            "is not available", "is going away", "there is no layer", "it has no", "within");

    private final World world;
    private final SimKinds kinds;
    private final Exports exports;
    private final SluiceControl control;
    private int labels;
    /** One operator has stopped the export and will start it again; others let it be. */
    private boolean stopped;

    Driver(World world, SimKinds kinds, Exports exports, SluiceControl control) {
        this.world = world;
        this.kinds = kinds;
        this.exports = exports;
        this.control = control;
    }

    /** Makes the export and waits for it. */
    void create() {
        kinds.arrive("disk");
        kinds.arrive("pass");
        kinds.arrive("strict");
        List<String> layers = new ArrayList<>();
        if (world.dice.once(2)) {
            layers.add("pass#first");
        }
        if (world.weather.back) {
            kinds.arrive("back");
            layers.add("back");
        }
        if (world.dice.once(6)) {
            layers.add("strict#first");
        }
        layers.add("disk");
        world.note("layers " + layers);
        control.create(new ExportDefinition(EXPORT, layers, false, DRAIN, HOLD, "/"));
        awaitActive();
    }

    private Export export() {
        return exports.find(EXPORT).orElseThrow();
    }

    private void awaitActive() {
        awaitActive("");
    }

    /** Where a version of a kind could not take over another one is tried. */
    private void awaitActive(String kind) {
        for (int i = 0; export().state() != ExportState.ACTIVE; i++) {
            Export e = export();
            world.check(i < 1000, "the export is " + e.state() + " and not active: " + e.why());
            world.sleep(1_000_000_000L);
            if (!kind.isEmpty() && (e.state() == ExportState.HELD || e.state() == ExportState.WAITING) && i % 3 == 2) {
                world.note("in place: another " + kind + " comes, because " + e.why());
                kinds.arrive(kind);
            }
        }
    }

    void change() {
        Weather w = world.weather;
        int what = world.dice.below(10);
        if (w.stops && what < 2 && !stopped) {
            stopped = true;
            stopAndStart();
            stopped = false;
        } else if (w.inPlace && what < 6) {
            inPlace();
        } else if (what < 8) {
            edit();
        } else {
            upgrade();
        }
    }

    /** A change that may be refused, but for no other reason than those that there are. */
    private void tried(String what, Runnable change) {
        world.note("change: " + what);
        try {
            change.run();
            world.note("changed: " + what);
        } catch (ConfigException e) {
            world.note("refused: " + what + ": " + e.getMessage());
            String text = e.getMessage();
            world.check(world.stranded || REASONS.stream().anyMatch(text::contains), "a change was refused: " + what + ": " + text);
        }
    }

    private ChangeOptions options() {
        return new ChangeOptions(world.dice.once(8), world.dice.once(2), false);
    }

    private void edit() {
        ChangeOptions o = options();
        List<ExportConfig.LayerSpec> now = export().specs();
        String label = "n" + ++labels;
        List<String> filters = now.stream().filter(ExportConfig.LayerSpec::filter).filter(s -> !s.kind().equals("back"))
                .map(ExportConfig.LayerSpec::word).toList();
        String one = filters.isEmpty() ? "" : filters.get(world.dice.below(filters.size()));
        switch (world.dice.below(filters.isEmpty() || filters.size() > 4 ? 2 : 6)) {
            case 0, 1 -> {
                if (filters.size() > 4) {
                    tried("remove " + one, () -> control.remove(EXPORT, one, o));
                } else {
                    String line = world.dice.of("pass#" + label, "strict#" + label, "strict#" + label + " model=all");
                    tried("insert " + line, () -> control.insert(EXPORT, line, world.dice.of("", "before:disk"), o));
                }
            }
            case 2, 3 -> tried("remove " + one, () -> control.remove(EXPORT, one, o));
            case 4 -> tried("move " + one, () -> control.move(EXPORT, one, "before:disk", o));
            default -> {
                String word = one.startsWith("pass") ? "note=" + label : "model=" + world.dice.of("requests", "all");
                tried("set " + one + " " + word, () -> control.set(EXPORT, one, List.of(word), o));
            }
        }
    }

    /** Blue/green. */
    private void upgrade() {
        String name = world.dice.of("disk", "disk", "pass", "strict", world.weather.back ? "back" : "disk");
        List<SimKinds.SimKind> there = kinds.of(name);
        if (there.isEmpty()) {
            return;
        }
        SimKinds.SimKind old = there.get(there.size() - 1);
        SimKinds.SimKind fresh = kinds.arrive(name);
        tried("upgrade " + old + " to " + fresh, () -> {
            SwapRecord r = export().upgrade(old, fresh, options());
            world.note(r.result());
        });
        if (export().slots().stream().noneMatch(s -> s.kind() == old) && world.dice.once(2)) {
            world.note(old + " leaves");
            kinds.leave(old);
        }
    }

    /** A bundle goes while its code is in use, and comes back. */
    private void inPlace() {
        world.disturbed = true;
        String name = world.dice.of("disk", "pass", "strict", world.weather.back ? "back" : "disk");
        List<SimKinds.SimKind> there = kinds.of(name);
        boolean beside = world.dice.once(4);
        boolean held = false;
        world.note("in place: " + name + " leaves" + (beside ? ", its successor is there" : ""));
        if (beside) {
            kinds.arrive(name);
        }
        there.forEach(kinds::leave);
        if (!beside) {
            if (world.dice.once(world.weather.holdEndsOnce)) {
                world.beginsToStop();
                held = true;
                world.sleep(2 * HOLD.toNanos());
                world.note("in place: the time to hold is over");
            } else if (world.dice.once(2)) {
                world.sleep(world.dice.spread(1_000, 3_000_000_000L));
            }
            world.note("in place: " + name + " comes back");
            kinds.arrive(name);
        }
        awaitActive(name);
        if (held) {
            world.endsToStop();
        }
    }

    private void stopAndStart() {
        world.beginsToStop();
        StopMode mode = world.dice.of(StopMode.SOFT, StopMode.HARD, StopMode.SAFE);
        world.note("stop " + mode);
        try {
            control.stop(EXPORT, mode, world.dice.once(2) ? null : Duration.ofSeconds(2));
        } catch (ConfigException e) {
            boolean right = mode == StopMode.SAFE || e.getMessage().contains("by somebody else");
            world.check(right, "the stop was refused: " + e.getMessage());
            world.note("the stop was refused");
            world.endsToStop();
            return;
        }
        world.check(export().connections().isEmpty(), "connections are left after a stop");
        powerLoss();
        world.sleep(world.dice.spread(1_000, 1_000_000_000L));
        world.note("start");
        control.start(EXPORT);
        awaitActive();
        world.endsToStop();
    }

    /** No code is in use: what was not flushed may be lost. */
    void powerLoss() {
        if (world.stranded) {
            return;
        }
        if (world.weather.ram) {
            world.history.beginWith(new long[world.weather.blocks]);
            return;
        }
        world.checkStable();
        if (world.weather.back || !world.dice.once(3)) {
            world.note("the power fails");
            long[] left = world.disk.losePower(world.dice);
            for (int b = 0; b < left.length; b++) {
                String why = world.history.whyNotStable(b, left[b]);
                world.check(why == null, "after the power was out " + why);
            }
            world.history.beginWith(left);
        }
    }
}
