/** What the core needs of the machine, as seams; deadlines; failures in one line. */
package dev.sluice.core.util;
