/** The full plugin: a disk that is always full. */
package dev.sluice.plugin.full;
