package dev.sluice.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names a filter: the word on the command line. Becomes the service property {@code dev.sluice.filter.name}.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface FilterName {
    /** Of the property's name; read by the DS tools. */
    String PREFIX_ = "dev.sluice.";
    /** The service property. */
    String PROPERTY = "dev.sluice.filter.name";

    /** A short name without {@code / \ : ; space . , =}. */
    String value();
}
