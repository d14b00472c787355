/** Option haggling, one class per option. */
package dev.sluice.core.handshake;
