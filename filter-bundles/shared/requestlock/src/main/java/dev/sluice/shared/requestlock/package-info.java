/** A lock between requests. A helper package: bnd copies it into each bundle that uses it, and no bundle exports it. */
package dev.sluice.shared.requestlock;
