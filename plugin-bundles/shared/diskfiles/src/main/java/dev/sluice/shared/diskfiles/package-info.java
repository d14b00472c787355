/**
 * Disks that are made of files, one behind the other. A helper package: bnd copies it into each bundle that uses it, and no
 * bundle exports it.
 */
package dev.sluice.shared.diskfiles;
