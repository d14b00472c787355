/** The java plugin: a plugin in one source file, compiled when it is configured. */
package dev.sluice.plugin.java;
