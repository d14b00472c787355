/** The memory plugin: a sparse RAM disk. */
package dev.sluice.plugin.memory;
