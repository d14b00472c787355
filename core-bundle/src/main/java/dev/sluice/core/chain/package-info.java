/** Layers, their devices and the checks between them. */
package dev.sluice.core.chain;
