/** The ones plugin: a disk where all bytes are the same. */
package dev.sluice.plugin.ones;
