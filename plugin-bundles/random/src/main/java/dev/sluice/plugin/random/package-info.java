/** The random plugin: a disk of pseudo-random bytes. */
package dev.sluice.plugin.random;
