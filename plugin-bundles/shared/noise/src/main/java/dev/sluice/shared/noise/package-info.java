/**
 * Pseudo-random bytes that depend on a seed and their offset alone. A helper package: bnd copies it into each bundle that
 * uses it, and no bundle exports it.
 */
package dev.sluice.shared.noise;
