/**
 * What filters need whose clients see the layer behind in blocks. A helper package: bnd copies it into each bundle that
 * uses it, and no bundle exports it.
 */
package dev.sluice.shared.alignment;
