/** Counters and latency histograms per export, connection and layer; who is told of slow requests and swaps. */
package dev.sluice.core.metrics;
