package dev.sluice.api.util;

import dev.sluice.api.ConfigException;
import dev.sluice.api.Help;
import dev.sluice.api.NbdFilter;
import dev.sluice.api.OpenParameters;
import dev.sluice.api.Parameter;
import dev.sluice.api.ParameterType;
import dev.sluice.api.Transparent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a plugin or filter class says about itself in annotations, checked. Immutable.
 */
public final class DeclaredParameters {
    private static final Pattern KEY = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    private final Class<?> kind;
    private final List<Parameter> list;
    private final Map<String, Parameter> byKey = new LinkedHashMap<>();
    private final Optional<Parameter> magic;

    private DeclaredParameters(Class<?> kind) {
        this.kind = kind;
        list = List.of(kind.getAnnotationsByType(Parameter.class));
        for (Parameter p : list) {
            add(p, p.name());
            for (String alias : p.aliases()) {
                add(p, alias);
            }
            check(p);
        }
        List<Parameter> magics = list.stream().filter(Parameter::magic).toList();
        if (magics.size() > 1) {
            throw wrong(magics.get(1), "only one parameter can be magic, and '" + magics.get(0).name() + "' is");
        }
        magic = magics.stream().findFirst();
    }

    /**
     * The declarations of a class.
     *
     * @throws IllegalArgumentException if they contradict each other: a mistake of the kind's author
     */
    public static DeclaredParameters of(Class<?> kind) {
        return new DeclaredParameters(kind);
    }

    /** Whether a text can be a key; what stands before the first {@code =} of a word that is not bare. */
    public static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** Whether the value of this parameter must never be shown. */
    public static boolean isSecret(Parameter parameter) {
        return parameter.secret() || parameter.type() == ParameterType.PASSWORD;
    }

    /** In the order of the source. */
    public List<Parameter> list() {
        return list;
    }

    /** The parameter with this name or alias. */
    public Optional<Parameter> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** The parameter whose value a bare word is. */
    public Optional<Parameter> magic() {
        return magic;
    }

    /** Whether keys that are not declared are taken as well. */
    public boolean isOpen() {
        return kind.isAnnotationPresent(OpenParameters.class);
    }

    /** Whether the class is a filter. */
    public boolean isFilter() {
        return NbdFilter.class.isAssignableFrom(kind);
    }

    /** Whether the class says that it changes neither bytes nor effects. */
    public boolean isTransparent() {
        return kind.isAnnotationPresent(Transparent.class);
    }

    /** One sentence about the kind; empty if it has none. */
    public String help() {
        Help help = kind.getAnnotation(Help.class);
        return help == null ? "" : help.value();
    }

    private void add(Parameter p, String key) {
        if (!isKey(key)) {
            throw wrong(p, "a key starts with a letter and has letters, digits and ._- only, not '" + key + "'");
        }
        if (byKey.put(key, p) != null) {
            throw wrong(p, "'" + key + "' is declared twice");
        }
    }

    private void check(Parameter p) {
        List<String> choices = List.of(p.choices());
        if (p.magic() && isFilter()) {
            throw wrong(p, "bare words go to the plugin, so no parameter of a filter can be magic");
        }
        if (!choices.isEmpty() && p.type() != ParameterType.STRING) {
            throw wrong(p, "only a STRING has choices");
        }
        if (p.required() && !p.defaultValue().isEmpty()) {
            throw wrong(p, "a required parameter has no default");
        }
        if (p.help().isBlank() || p.help().indexOf('\n') >= 0) {
            throw wrong(p, "help is one line");
        }
        boolean readsOutside = p.type() == ParameterType.PASSWORD || p.type() == ParameterType.PATH;
        if (!p.defaultValue().isEmpty() && !readsOutside) {
            try {
                ParameterValues.parse(p, p.defaultValue(), Path.of("/"));
            } catch (ConfigException e) {
                throw wrong(p, "the default '" + p.defaultValue() + "' is no value: " + e.getMessage());
            }
        }
    }

    private IllegalArgumentException wrong(Parameter p, String what) {
        return new IllegalArgumentException(kind.getName() + ", parameter '" + p.name() + "': " + what);
    }
}
