/**
 * Makes partition tables for disks with sectors of 512 bytes. A helper package: bnd copies it into each bundle that uses it, and
 * no bundle exports it.
 */
package dev.sluice.shared.partitionwriter;
