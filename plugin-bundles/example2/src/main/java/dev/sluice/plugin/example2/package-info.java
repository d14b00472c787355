/** The example2 plugin: a plugin that takes a parameter and serves a file. */
package dev.sluice.plugin.example2;
