/** The file plugin: a file, a block device, or the files of a directory. */
package dev.sluice.plugin.file;
