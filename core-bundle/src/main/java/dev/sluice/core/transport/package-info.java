/** Byte channels and listeners: a seam. */
package dev.sluice.core.transport;
