/** {@code ./sluice shell}: sends commands to a server and shows what they answer. */
package dev.sluice.client;
