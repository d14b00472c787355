/** The pattern plugin: a disk whose bytes tell their offset. */
package dev.sluice.plugin.pattern;
