/**
 * What filters need that admit clients or refuse them. A helper package: bnd copies it into each bundle that uses it, and
 * no bundle exports it.
 */
package dev.sluice.shared.connections;
