/** nbdkit's command line in front of Sluice. */
package dev.sluice.commandline;
