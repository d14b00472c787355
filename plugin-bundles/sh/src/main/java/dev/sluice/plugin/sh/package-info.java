/** The sh plugin: a script or program answers each call. */
package dev.sluice.plugin.sh;
