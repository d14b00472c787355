/** Constants and limits of the NBD specification: pure, no sockets, threads or logging. */
package dev.sluice.core.protocol;
