/** The sparse-random plugin: a disk with runs of pseudo-random data between holes. */
package dev.sluice.plugin.sparserandom;
