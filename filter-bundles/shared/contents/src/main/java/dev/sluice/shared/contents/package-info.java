/**
 * What filters need that compare bytes with those of the layer behind. A helper package: bnd copies it into each bundle
 * that uses it, and no bundle exports it.
 */
package dev.sluice.shared.contents;
