/**
 * What filters need that keep bytes in blocks: a file to put them in, and a way to the layer behind that keeps its rules
 * about block sizes. A helper package: bnd copies it into each bundle that uses it, and no bundle exports it.
 */
package dev.sluice.shared.blocks;
