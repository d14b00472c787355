/** The example1 plugin: the smallest plugin that is of some use. */
package dev.sluice.plugin.example1;
