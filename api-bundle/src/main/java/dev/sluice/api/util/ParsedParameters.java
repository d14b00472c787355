package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Parameters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The parameters of one layer, every value parsed already. Immutable. */
final class ParsedParameters implements Parameters {
    private final DeclaredParameters declared;
    private final String kindName;
    private final List<Entry> entries;
    private final Path directory;

    ParsedParameters(DeclaredParameters declared, String kindName, List<Entry> entries, Path directory) {
        this.declared = declared;
        this.kindName = kindName;
        this.entries = List.copyOf(entries);
        this.directory = directory;
    }

    /** A word and what it means. */
    record Entry(Word word, Object value) {
    }

    @Override
    public boolean has(String name) {
        return last(declaration(name)).isPresent();
    }

    @Override
    public String string(String name) {
        return optional(name).orElseThrow(() -> ParameterParser.missing(kindName, declaration(name)));
    }

    @Override
    public Optional<String> optional(String name) {
        Parameter p = declaration(name);
        Optional<String> given = last(p).map(e -> e.word().value());
        return given.isPresent() || p.defaultValue().isEmpty() ? given : Optional.of(p.defaultValue());
    }

    @Override
    public List<String> strings(String name) {
        Parameter p = declaration(name);
        List<String> given = all(p).stream().map(e -> e.word().value()).toList();
        return given.isEmpty() && !p.defaultValue().isEmpty() ? List.of(p.defaultValue()) : given;
    }

    @Override
    public long size(String name) {
        return (Long) value(name, ParameterType.SIZE);
    }

    @Override
    public OptionalLong optionalSize(String name) {
        Parameter p = declaration(name, ParameterType.SIZE);
        return find(p).map(v -> OptionalLong.of((Long) v)).orElse(OptionalLong.empty());
    }

    @Override
    public long integer(String name, long min, long max) {
        long value = (Long) value(name, ParameterType.INTEGER);
        if (value < min || value > max) {
            throw ParameterParser.malformed(kindName, declaration(name), string(name),
                    new ConfigException("must lie between " + min + " and " + max));
        }
        return value;
    }

    @Override
    public boolean bool(String name) {
        return (Boolean) value(name, ParameterType.BOOLEAN);
    }

    @Override
    public Duration delay(String name) {
        return (Duration) value(name, ParameterType.DELAY);
    }

    @Override
    public double probability(String name) {
        return (Double) value(name, ParameterType.PROBABILITY);
    }

    @Override
    public long rate(String name) {
        return (Long) value(name, ParameterType.RATE);
    }

    @Override
    public Path path(String name) {
        return (Path) value(name, ParameterType.PATH);
    }

    @Override
    public List<Path> paths(String name) {
        Parameter p = declaration(name, ParameterType.PATH);
        List<Path> paths = new ArrayList<>();
        all(p).forEach(e -> paths.add((Path) e.value()));
        if (paths.isEmpty()) {
            find(p).ifPresent(v -> paths.add((Path) v));
        }
        return List.copyOf(paths);
    }

    @Override
    public Path directory() {
        return directory.toAbsolutePath();
    }

    @Override
    public String password(String name) {
        return (String) value(name, ParameterType.PASSWORD);
    }

    @Override
    public List<Word> words() {
        return entries.stream().map(Entry::word).toList();
    }

    private Parameter declaration(String name) {
        return declared.find(name)
                .filter(p -> p.name().equals(name))
                .orElseThrow(() -> new IllegalArgumentException(kindName + " declares no parameter '" + name + "'"));
    }

    private Parameter declaration(String name, ParameterType type) {
        Parameter p = declaration(name);
        if (p.type() != type) {
            throw new IllegalArgumentException(kindName + " declares '" + name + "' as " + p.type() + ", not as " + type);
        }
        return p;
    }

    private Object value(String name, ParameterType type) {
        Parameter p = declaration(name, type);
        return find(p).orElseThrow(() -> ParameterParser.missing(kindName, p));
    }

    private Optional<Object> find(Parameter p) {
        Optional<Object> given = last(p).map(Entry::value);
        if (given.isPresent() || p.defaultValue().isEmpty()) {
            return given;
        }
        try {
            return Optional.of(ParameterValues.parse(p, p.defaultValue(), directory));
        } catch (ConfigException e) {
            throw ParameterParser.malformed(kindName, p, p.defaultValue(), e);
        }
    }

    private List<Entry> all(Parameter p) {
        return entries.stream().filter(e -> e.word().name().equals(p.name())).toList();
    }

    private Optional<Entry> last(Parameter p) {
        List<Entry> all = all(p);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }
}
