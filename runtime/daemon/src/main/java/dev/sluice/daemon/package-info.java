/** {@code ./sluice server}: a server that lives in a directory. */
package dev.sluice.daemon;
