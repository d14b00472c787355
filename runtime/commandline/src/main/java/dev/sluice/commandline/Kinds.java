package dev.sluice.commandline;

import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds plugins and filters by name. */
final class Kinds {
    private final SluiceRuntime runtime;
    private final Launcher launcher;
    private boolean allStarted;

    Kinds(SluiceRuntime runtime, Launcher launcher) {
        this.runtime = runtime;
        this.launcher = launcher;
    }

    /**
     * The layers that the settings name.
     *
     * @throws UsageException names the one that doesn't exist, and those that do
     */
    Chain chain(Settings settings, String plugin) throws UsageException {
        List<KindStatus> filters = new ArrayList<>();
        KindStatus source = find(plugin, false);
        for (String filter : settings.filters()) {
            filters.add(find(filter, true));
        }
        return new Chain(filters, source);
    }

    private KindStatus find(String name, boolean filter) throws UsageException {
        if (KindFile.isMeant(name)) {
            return inFile(name, filter);
        }
        Optional<KindStatus> found = lookUp(name, filter);
        if (found.isEmpty() && !allStarted) {
            // only what the launcher thought was named is started up to now
            launcher.startAllBundles();
            allStarted = true;
            found = lookUp(name, filter);
        }
        if (found.isEmpty()) {
            throw UsageException.error(notFound(name, filter)).withHint();
        }
        return found.get();
    }

    private KindStatus inFile(String word, boolean filter) throws UsageException {
        String what = filter ? "filter" : "plugin";
        String location = KindFile.start(launcher, word, launcher.directory().resolve(word).normalize(), what);
        Optional<KindStatus> found =
                runtime.kinds().stream().filter(kind -> kind.filter() == filter && kind.location().equals(location)).findFirst();
        if (found.isEmpty()) {
            throw UsageException.error("cannot open " + what + " " + Shell.visible(word) + ": the bundle has no " + what
                    + ", or one that is there in a higher version");
        }
        return found.get();
    }

    private Optional<KindStatus> lookUp(String name, boolean filter) {
        return runtime.kinds().stream().filter(kind -> kind.filter() == filter && kind.name().equals(name)).findFirst();
    }

    private String notFound(String name, boolean filter) {
        String word = filter ? "filter" : "plugin";
        String names = runtime.kinds().stream().filter(kind -> kind.filter() == filter).map(KindStatus::name).sorted().distinct()
                .collect(Collectors.joining(", "));
        String other = lookUp(name, !filter).isPresent() ? (filter ? "it is a plugin" : "it is a filter; use --filter=" + name)
                : "there is no such " + word;
        return "cannot open " + word + " " + Shell.visible(name) + ": " + other + "; there "
                + (names.isEmpty() ? "are no " + word + "s at all" : "are: " + names);
    }
}
