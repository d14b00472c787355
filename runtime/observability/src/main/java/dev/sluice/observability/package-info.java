/** Sluice for monitors: JMX, Prometheus, flight recorder, health checks. */
package dev.sluice.observability;
