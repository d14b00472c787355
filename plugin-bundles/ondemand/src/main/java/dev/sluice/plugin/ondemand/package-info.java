/** The ondemand plugin: file systems that are made at their first use. */
package dev.sluice.plugin.ondemand;
