/** The example3 plugin: a disk that can be written. */
package dev.sluice.plugin.example3;
