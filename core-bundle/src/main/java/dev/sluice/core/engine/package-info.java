/** Connections and the threads that run them. */
package dev.sluice.core.engine;
