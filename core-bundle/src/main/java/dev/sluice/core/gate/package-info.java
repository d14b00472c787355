/** The unload lock and drain. */
package dev.sluice.core.gate;
