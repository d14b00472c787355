package dev.sluice.shell;

import dev.sluice.api.runtime.ExportStatus;
import dev.sluice.api.runtime.KindStatus;
import dev.sluice.api.runtime.ParameterStatus;
import dev.sluice.api.runtime.SluiceRuntime;
import dev.sluice.api.runtime.StopMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What may follow on a command line. A service of a JDK type for consoles of any make: {@code java.util.function.Function}
 * with the property {@code dev.sluice.completion=true}, from the words so far (a List of String; the last one is being
 * typed and may be empty) to what the last one may become (a List of String, sorted; a {@code key=} wants its value next).
 */
@Component(service = Function.class, property = "dev.sluice.completion:Boolean=true")
public final class Completion implements Function<List<String>, List<String>> {
    private final SluiceRuntime runtime;

    /** Made by Declarative Services. */
    @Activate
    public Completion(@Reference(name = "runtime") SluiceRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public List<String> apply(List<String> words) {
        if (words.isEmpty()) {
            return List.of();
        }
        String typed = words.get(words.size() - 1);
        TreeSet<String> choices = new TreeSet<>();
        if (words.size() == 1) {
            Arrays.stream(Command.values()).forEach(c -> choices.add(typed.startsWith(Command.SCOPE) ? c.full() : c.text()));
        } else {
            Command.find(words.get(0)).ifPresent(c -> arguments(c, words.subList(1, words.size() - 1), typed, choices));
        }
        choices.removeIf(c -> !c.startsWith(typed));
        return new ArrayList<>(choices);
    }

    private void arguments(Command command, List<String> before, String typed, TreeSet<String> choices) {
        String last = before.isEmpty() ? "" : before.get(before.size() - 1);
        Optional<Flag> open = command.flags().stream().filter(f -> f.hasArgument() && f.text().equals(last)).findFirst();
        if (open.isPresent()) {
            ofOption(open.get(), before, choices);
            return;
        }
        if (typed.startsWith("-")) {
            command.flags().forEach(f -> choices.add(f.text()));
            return;
        }
        List<String> plain = plain(command, before);
        switch (command) {
            case HELP -> Arrays.stream(Command.values()).forEach(c -> choices.add(c.full()));
            case CONNECTIONS, STATS, SWAPS, WHY, START, STOP, DELETE -> exports(plain.size() == 0, choices);
            case EXPORT -> export(before, plain, choices);
            case INSERT -> followed(plain, 1, true, choices);
            case REMOVE, MOVE -> layerOf(plain, choices);
            case REPLACE -> {
                layerOf(plain, choices);
                if (plain.size() == 2) {
                    kinds(true, choices);
                    kinds(false, choices);
                } else if (plain.size() > 2) {
                    keys(plain.get(2), choices);
                }
            }
            case SET -> {
                layerOf(plain, choices);
                if (plain.size() >= 2) {
                    keys(plain.get(1).replaceFirst(":\\d+$", ""), choices);
                }
            }
            default -> {
                // takes no words, or a file
            }
        }
    }

    private void ofOption(Flag flag, List<String> before, TreeSet<String> choices) {
        switch (flag) {
            case MODE -> Arrays.stream(StopMode.values()).forEach(m -> choices.add(m.name().toLowerCase(Locale.ROOT)));
            case FILTER -> kinds(true, choices);
            case BEFORE, AFTER -> layers(before.get(0), choices);
            default -> {
                // a number
            }
        }
    }

    /** The words that are no options and belong to none. */
    private static List<String> plain(Command command, List<String> before) {
        List<String> plain = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            String word = before.get(i);
            Optional<Flag> flag = command.flags().stream().filter(f -> f.text().equals(word)).findFirst();
            if (flag.isEmpty()) {
                plain.add(word);
            } else if (flag.get().hasArgument()) {
                i++;
            }
        }
        return plain;
    }

    private void exports(boolean wanted, TreeSet<String> choices) {
        if (wanted) {
            runtime.exports().forEach(e -> choices.add(e.name()));
        }
    }

    private void export(List<String> before, List<String> plain, TreeSet<String> choices) {
        int filter = before.lastIndexOf(Flag.FILTER.text());
        if (filter >= 0 && filter + 1 < before.size()) {
            keys(before.get(filter + 1), choices);
        } else if (plain.size() == 1) {
            kinds(false, choices);
        } else if (plain.size() > 1) {
            keys(plain.get(1), choices);
        }
    }

    private void followed(List<String> plain, int kind, boolean filters, TreeSet<String> choices) {
        exports(plain.isEmpty(), choices);
        if (plain.size() == kind) {
            kinds(filters, choices);
        } else if (plain.size() > kind) {
            keys(plain.get(kind), choices);
        }
    }

    private void layerOf(List<String> plain, TreeSet<String> choices) {
        exports(plain.isEmpty(), choices);
        if (plain.size() == 1) {
            layers(plain.get(0), choices);
        }
    }

    private void layers(String export, TreeSet<String> choices) {
        for (ExportStatus e : runtime.exports()) {
            if (e.name().equals(export)) {
                List<String> kinds = e.layers().stream().map(l -> l.kind()).toList();
                for (int i = 0; i < kinds.size(); i++) {
                    String kind = kinds.get(i);
                    boolean alone = kinds.indexOf(kind) == kinds.lastIndexOf(kind);
                    choices.add(alone ? kind : kind + ":" + kinds.subList(0, i + 1).stream().filter(kind::equals).count());
                }
            }
        }
    }

    private void kinds(boolean filters, TreeSet<String> choices) {
        runtime.kinds().stream().filter(k -> k.filter() == filters).forEach(k -> choices.add(k.name()));
    }

    private void keys(String kind, TreeSet<String> choices) {
        for (KindStatus k : runtime.kinds()) {
            if (k.name().equals(kind)) {
                for (ParameterStatus p : k.parameters()) {
                    choices.add(p.name() + "=");
                    p.choices().forEach(c -> choices.add(p.name() + "=" + c));
                }
            }
        }
    }
}
