/** Requests in, replies out. */
package dev.sluice.core.transmission;
