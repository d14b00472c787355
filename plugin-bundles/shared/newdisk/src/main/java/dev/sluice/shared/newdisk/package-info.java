/**
 * Disks that a command of the operator makes when a client comes, and files that are served as disks. A helper package: bnd
 * copies it into each bundle that uses it, and no bundle exports it.
 */
package dev.sluice.shared.newdisk;
