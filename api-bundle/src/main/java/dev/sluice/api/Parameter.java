package dev.sluice.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares one parameter of a plugin or filter, on its class. From the declarations come parsing, errors about unknown
 * keys, {@code --help}, completion and the check of the README's table.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(ParameterList.class)
public @interface Parameter {
    /** The key before the {@code =}. */
    String name();

    /** Other spellings of the key. */
    String[] aliases() default {};

    /** How the value is understood. */
    ParameterType type() default ParameterType.STRING;

    /** The words that are allowed for a STRING; empty: any. */
    String[] choices() default {};

    /** The value when the key is not given, as text; empty: none. */
    String defaultValue() default "";

    /** Whether the key must be given. */
    boolean required() default false;

    /** Whether a word without a key is a value of this parameter; plugins only, at most one. */
    boolean magic() default false;

    /** Whether the key may come more than once; otherwise the last one counts. */
    boolean repeatable() default false;

    /** Whether the value must never be shown; PASSWORD is always secret. */
    boolean secret() default false;

    /** One line for people. */
    String help();
}
