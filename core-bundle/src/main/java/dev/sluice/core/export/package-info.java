/** Exports: configuration, states, hand-over, swap. */
package dev.sluice.core.export;
