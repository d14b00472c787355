/** The nbd plugin: an export of another NBD server. It has a small client of its own, so that it needs nothing of the core. */
package dev.sluice.plugin.nbd;
