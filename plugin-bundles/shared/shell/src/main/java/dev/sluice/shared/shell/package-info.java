/**
 * Runs commands of the operator through {@code /bin/sh}. A helper package: bnd copies it into each bundle that uses it,
 * and no bundle exports it.
 */
package dev.sluice.shared.shell;
