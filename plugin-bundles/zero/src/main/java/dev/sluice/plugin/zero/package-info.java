/** The zero plugin: a disk without bytes. */
package dev.sluice.plugin.zero;
