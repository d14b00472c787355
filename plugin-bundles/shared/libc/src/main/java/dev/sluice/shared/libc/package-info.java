/**
 * File operations of the C library that plain Java lacks, and what plugins need around them. A helper package: bnd
 * copies it into each bundle that uses it, and no bundle exports it.
 */
package dev.sluice.shared.libc;
