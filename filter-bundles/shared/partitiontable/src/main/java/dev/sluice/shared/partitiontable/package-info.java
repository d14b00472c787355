/**
 * Reads partition tables, also hostile ones: whatever a disk holds, there is an answer or one line about what is wrong, after
 * a bounded number of reads. A helper package: bnd copies it into each bundle that uses it, and no bundle exports it.
 */
package dev.sluice.shared.partitiontable;
