/**
 * Which blocks of a disk are in which state. A helper package: bnd copies it into each bundle that uses it, and no bundle
 * exports it.
 */
package dev.sluice.shared.blockmap;
