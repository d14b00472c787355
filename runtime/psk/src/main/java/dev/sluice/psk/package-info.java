/** TLS with keys that client and server share. */
package dev.sluice.psk;
