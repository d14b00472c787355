/** Counters. */
package dev.sluice.core.metrics;
