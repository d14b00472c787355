/**
 * The null plugin. The package is called {@code nul}, because {@code null} is a word of the Java language; the bundle
 * and the plugin are called {@code null}.
 */
package dev.sluice.plugin.nul;
