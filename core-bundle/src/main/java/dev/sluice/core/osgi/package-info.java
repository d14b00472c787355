/** The core in an OSGi framework: its components, their configurations, and the service registry behind seams. */
package dev.sluice.core.osgi;
