/**
 * The null plugin. The package can't have the name of its bundle, because {@code null} is a word of the Java language;
 * {@code nul} would be no directory on Windows.
 */
package dev.sluice.plugin.nulls;
