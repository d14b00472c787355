/** What goes over a server's shell socket; the server's side uses the same classes. */
package dev.sluice.client.wire;
