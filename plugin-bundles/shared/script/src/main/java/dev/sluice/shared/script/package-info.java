/**
 * Plugins whose calls are scripts: nbdkit's protocol of one process for each call. A helper package: bnd copies it into
 * each bundle that uses it, and no bundle exports it.
 */
package dev.sluice.shared.script;
