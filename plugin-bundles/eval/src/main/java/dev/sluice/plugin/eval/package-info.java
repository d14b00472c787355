/** The eval plugin: scripts on the command line answer the calls. */
package dev.sluice.plugin.eval;
