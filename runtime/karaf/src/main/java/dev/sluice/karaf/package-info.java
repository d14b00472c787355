/** Completion of the commands in scope {@code nbd} for Karaf's shell. */
package dev.sluice.karaf;
