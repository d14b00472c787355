/** A part of a device as a device. */
package dev.sluice.shared.range;
