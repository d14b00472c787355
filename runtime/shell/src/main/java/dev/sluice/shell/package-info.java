/** The commands of scope {@code nbd}: words in, text out, without any package of Gogo. */
package dev.sluice.shell;
