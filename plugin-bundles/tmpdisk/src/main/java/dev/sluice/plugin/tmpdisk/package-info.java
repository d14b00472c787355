/** The tmpdisk plugin: a new file system for each client. */
package dev.sluice.plugin.tmpdisk;
